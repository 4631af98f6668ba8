"""The settings file says every default, and nothing secret is ever shown."""

from __future__ import annotations

import re
import tomllib
from operator import attrgetter
from pathlib import Path

import pytest

from tests.config_samples import overlay, write_config
from tests.conftest import PROJECT
from trendwatch.config import Settings, load, public_values, read_settings
from trendwatch.config.environment import variables
from trendwatch.config.reading import names
from trendwatch.config.settings import is_secret, section_models
from trendwatch.errors import ConfigError

SHIPPED = PROJECT / "config" / "trendwatch.toml"


def test_file_lists_every_setting_with_its_default() -> None:
    listed = tomllib.loads(SHIPPED.read_text())
    # TOML has lists where frozen values have tuples
    defaults = {
        section: {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        for section, values in public_values(Settings()).items()
    }
    assert listed == defaults
    assert list(listed) == list(defaults)


def test_file_explains_every_setting() -> None:
    lines = SHIPPED.read_text().splitlines()
    settings = [number for number, text in enumerate(lines) if "=" in text and not text.startswith("#")]
    assert settings
    assert [lines[number] for number in settings if not lines[number - 1].startswith("#")] == []


def test_every_field_has_a_description() -> None:
    models = section_models()
    assert all(field.description for model in models.values() for field in names(model).values())


def test_small_file_keeps_the_other_defaults(tmp_path: Path) -> None:
    settings = read_settings(write_config(tmp_path), environ={})
    assert settings.poll.concurrency == 8
    assert settings.poll.timeout_seconds == Settings().poll.timeout_seconds
    assert settings.mail == Settings().mail


def test_no_file_is_all_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path, environ={}) == Settings()


def test_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    write_config(tmp_path, {"trendwatch.toml": b"\xef\xbb\xbf[poll]\r\nconcurrency = 7\r\n"})
    assert read_settings(tmp_path, environ={}).poll.concurrency == 7


@pytest.mark.parametrize(
    ("variable", "text", "place", "value"),
    [
        ("TRENDWATCH_POLL_CONCURRENCY", "5", "poll.concurrency", 5),
        ("TRENDWATCH_POLL_TIMEOUT_SECONDS", "2.5", "poll.timeout_seconds", 2.5),
        ("TRENDWATCH_POLL_CONCURRENCY", "", "poll.concurrency", 8),  # set but empty: as if unset
        ("TRENDWATCH_LOG_JSON", "True", "log.as_json", True),
        ("TRENDWATCH_LOG_LEVEL", "debug", "log.level", "debug"),
        ("TRENDWATCH_MAIL_SMTP_USER", "1234", "mail.smtp_user", "1234"),  # text stays text
        ("TRENDWATCH_SERVE_BASE_URL", "https://t.example/", "serve.base_url", "https://t.example"),
        ("TRENDWATCH_STORE_URL", "postgresql+psycopg://u@h/d", "store.url", "postgresql+psycopg://u@h/d"),
    ],
)
def test_environment_wins_over_the_file(
    tmp_path: Path, variable: str, text: str, place: str, value: object
) -> None:
    settings = read_settings(write_config(tmp_path), environ={variable: text})
    assert attrgetter(place)(settings) == value


def test_environment_wins_over_overlays(tmp_path: Path) -> None:
    change = overlay("setting", "poll", {"concurrency": 3, "contact": "ada@example.org"})
    environ = {"TRENDWATCH_POLL_CONCURRENCY": "5"}
    poll = load(write_config(tmp_path), environ=environ, overlays=[change]).settings.poll
    assert (poll.concurrency, poll.contact) == (5, "ada@example.org")


def test_allowed_addresses_from_the_environment(tmp_path: Path) -> None:
    environ = {"TRENDWATCH_NET_ALLOW": '[{"address": "[::1]/128:8080", "per_host": 4}]'}
    (allowed,) = read_settings(tmp_path, environ=environ).net.allow
    assert (allowed.address, allowed.per_host, allowed.spacing_seconds) == ("[::1]/128:8080", 4, 1.0)


def test_variables_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    # what a container platform sets for a service of our name, and what we do not know
    environ = {
        "TRENDWATCH_SERVICE_HOST": "10.0.0.1",
        "TRENDWATCH_SERVICE_PORT": "80",
        "TRENDWATCH_PORT": "tcp://10.0.0.1:80",
        "TRENDWATCH_PORT_80_TCP_PORT": "80",
        "TRENDWATCH_CONFIG": "/etc/trendwatch",
        "TRENDWATCH_NOW": "2025-01-01",
        "SERVE_HOST": "x",
    }
    assert read_settings(tmp_path, environ=environ) == Settings()


def test_every_setting_has_one_variable() -> None:
    fields = sum(len(names(model)) for model in section_models().values())
    assert len(variables()) == fields


def test_settings_alone_need_no_other_file(tmp_path: Path) -> None:
    write_config(tmp_path, {"taxonomy.toml": "broken", "feeds.toml": "broken"})
    assert read_settings(tmp_path, environ={}).poll.concurrency == 8
    write_config(tmp_path, {"trendwatch.toml": "[poll]\nconcurrency = 0\n"})
    with pytest.raises(ConfigError, match=r"trendwatch\.toml:2"):
        read_settings(tmp_path, environ={})


SECRETS = {
    "TRENDWATCH_MAIL_SMTP_PASSWORD": "hunter2",
    "TRENDWATCH_STORE_URL": "postgresql://me:swordfish@db.example/trends",
}


def test_passwords_are_not_printed_nor_hashed(tmp_path: Path) -> None:  # O3
    directory = write_config(tmp_path)
    config = load(directory, environ=SECRETS)
    assert config.settings.mail.smtp_password.get_secret_value() == "hunter2"
    shown = f"{config!r} {config.settings} {public_values(config.settings)}"
    assert "hunter2" not in shown
    assert "swordfish" not in shown
    assert public_values(config.settings)["store"]["url"] == "postgresql://me:***@db.example/trends"
    assert public_values(config.settings)["mail"]["smtp_password"] == "***"
    other = {name: value.replace("hunter2", "x").replace("swordfish", "y") for name, value in SECRETS.items()}
    assert load(directory, environ=other).hash == config.hash


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("sqlite:///data/trendwatch.db", False),
        ("postgresql://me@db.example/trends", False),
        ("postgresql://me:pw@db.example/trends", True),
        ("postgresql://db.example/trends?user=me&password=pw", True),
    ],
)
def test_an_address_with_a_password_is_secret(url: str, secret: bool) -> None:
    assert is_secret("store", "url", url) is secret


def test_what_the_compose_file_passes_on_empty_undoes_nothing_of_a_file(tmp_path: Path) -> None:
    """Without an .env, compose passes every variable it names as an empty one."""
    passed = re.findall(
        r"^ +(TRENDWATCH_\w+): \$\{(\w+):-(.*)\}$", (PROJECT / "docker-compose.yml").read_text(), re.MULTILINE
    )
    assert {"TRENDWATCH_MAIL_SMTP_HOST", "TRENDWATCH_MAIL_SMTP_PORT", "TRENDWATCH_MAIL_SMTP_SECURITY"} <= {
        name for name, _, _ in passed
    }
    mail = '[mail]\nsmtp_host = "mail.example.org"\nsmtp_port = 465\nsmtp_security = "tls"\nsender = "a@b.co"'
    text = f'{mail}\n[poll]\ncontact = "me@example.org"\n[serve]\nbase_url = "https://news.example"\n'
    directory = write_config(tmp_path, {"trendwatch.toml": text})
    environ = {name: default for name, _, default in passed}
    assert read_settings(directory, environ=environ) == read_settings(directory, environ={})


@pytest.mark.parametrize("url", ["sqlite://data/tw.db", "sqlite+pysqlite://tw.db"])
def test_database_file_behind_two_slashes_is_refused(url: str, tmp_path: Path) -> None:
    directory = write_config(tmp_path, {"trendwatch.toml": f'[store]\nurl = "{url}"\n'})
    with pytest.raises(ConfigError, match=r"trendwatch\.toml:2: url must have three slashes before a file"):
        load(directory, environ={})
