"""Every mistake an operator can make is named with its place and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config_samples import BAKERY, FEEDS, TAXONOMY, overlay, write_config
from trendwatch.config import Overlay, check, load
from trendwatch.errors import ConfigError

# file, its whole text, the messages with ~ for the directory
SETTINGS_MISTAKES = [
    ("[pol]\n", "~/trendwatch.toml:1: there is no section [pol]; did you mean 'poll'?"),
    ("\nport = 1\n", "~/trendwatch.toml:2: there is no section [port]"),
    ("poll = 3\n", "~/trendwatch.toml:1: poll must be a table, not a value"),
    (
        "[poll]\n\nconcurency = 3\n",
        "~/trendwatch.toml:3: unknown key 'concurency'; did you mean 'concurrency'?",
    ),
    ("[poll]\nconcurrency = '8'\n", "~/trendwatch.toml:2: concurrency must be a whole number, not '8'"),
    ("[poll]\nconcurrency = 8.0\n", "~/trendwatch.toml:2: concurrency must be a whole number, not 8.0"),
    ("[poll]\nconcurrency = true\n", "~/trendwatch.toml:2: concurrency must be a whole number, not true"),
    ("[poll]\nconcurrency = 0\n", "~/trendwatch.toml:2: concurrency must be at least 1, not 0"),
    ("[poll]\ntimeout_seconds = 0\n", "~/trendwatch.toml:2: timeout_seconds must be above 0.0, not 0"),
    (
        "[poll]\ntimeout_seconds = nan\n",
        "~/trendwatch.toml:2: timeout_seconds must be a finite number, not nan",
    ),
    ("[poll]\ntimeout_seconds = 'x'\n", "~/trendwatch.toml:2: timeout_seconds must be a number, not 'x'"),
    ("[poll]\ncontact = 3\n", "~/trendwatch.toml:2: contact must be text, not 3"),
    (
        '[poll]\ncontact = "a\\nb"\n',
        "~/trendwatch.toml:2: contact must be one line without control characters",
    ),
    (
        "[poll]\nmaximum_interval_minutes = 30\n",
        "~/trendwatch.toml:2: maximum_interval_minutes must not be below minimum_interval_minutes (60)",
    ),
    (
        "[poll]\nlease_seconds = 20\n",
        "~/trendwatch.toml:2: lease_seconds must be above timeout_seconds (30), "
        "or slow fetches lose their results",
    ),
    (
        "[stories]\nsame_story = 0.9\n",
        # the default is the value at fault, and stands nowhere: the section is the place
        "~/trendwatch.toml:1: duplicate must not be below same_story (0.9)",
    ),
    ("[log]\njson = 'yes'\n", "~/trendwatch.toml:2: json must be true or false, not 'yes'"),
    (
        "[log]\nlevel = 'warn'\n",
        "~/trendwatch.toml:2: level must be one of debug, info, warning, error, not 'warn'; "
        "did you mean 'warning'?",
    ),
    ("[net]\nallow = 'x'\n", "~/trendwatch.toml:2: allow must be a list, not 'x'"),
    ("[net]\nallow = ['x']\n", "~/trendwatch.toml:2: allow[0] must be a table, not 'x'"),
    (
        "[[net.allow]]\naddress = '::1/128:80'\nper_hst = 2\n",
        "~/trendwatch.toml:3: unknown key 'allow[0].per_hst'; did you mean 'per_host'?",
    ),
    ("[[net.allow]]\nper_host = 2\n", "~/trendwatch.toml:1: 'allow[0].address' is missing"),
    (
        "[[net.allow]]\naddress = '10.0.0.1/8:80'\n",
        "~/trendwatch.toml:2: allow[0].address must be a network and a port such as 127.0.0.0/8:8080 "
        "(10.0.0.1/8 has host bits set)",
    ),
    (
        "[[net.allow]]\naddress = '10.0.0.0/8:0'\n",
        "~/trendwatch.toml:2: allow[0].address must be a network and a port "
        "such as 127.0.0.0/8:8080, not '10.0.0.0/8:0'",
    ),
    (
        "[serve]\nbase_url = 'trends'\n",
        "~/trendwatch.toml:2: base_url must be an address such as https://example.org/feed",
    ),
    ("[serve]\nhost = ''\n", "~/trendwatch.toml:2: host must not be empty"),
    (
        "[mail]\nsender = 'me'\n",
        "~/trendwatch.toml:2: sender must be one mail address, a name with a comma or bracket in quotes: "
        '"Acme, Inc." <news@acme.example>',
    ),
    (
        "[mail]\nsender = 'Acme, Inc. <news@acme.example>'\n",
        "~/trendwatch.toml:2: sender must be one mail address, a name with a comma or bracket in quotes: "
        '"Acme, Inc." <news@acme.example>',
    ),
    # secrets are never repeated
    ("[mail]\nsmtp_password = 12345\n", "~/trendwatch.toml:2: smtp_password must be text"),
    (
        "[store]\nurl = 'mysql://me:hunter2@db/x'\n",
        "~/trendwatch.toml:2: url must be an address that starts with sqlite:// or postgresql://",
    ),
    ("[store]\nurl = 5432\n", "~/trendwatch.toml:2: url must be text"),
    (
        "[poll]\nconcurrency 8\n",
        "~/trendwatch.toml:2: not TOML: expected '=' after a key in a key/value pair",
    ),
    ("[poll]\nconcurrency = \n", "~/trendwatch.toml:2: not TOML: invalid value"),
    ("[poll]\n[poll]\n", "~/trendwatch.toml:2: not TOML: cannot declare ('poll',) twice"),
    ("[poll]\n\ncontact = 'x", '~/trendwatch.toml:3: not TOML: expected "\'"'),
    (b"[poll]\ncontact = '\xff'\n", "~/trendwatch.toml:2: is not UTF-8; save it as UTF-8"),
    ("x = " + "[" * 5000, "~/trendwatch.toml: not TOML: nested too deep"),
]

TAXONOMY_MISTAKES = [
    ("[aera.ai]\n", "~/taxonomy.toml:1: there is no facet [aera]; did you mean 'area'?"),
    (
        '[area."3D Printing"]\n',
        "~/taxonomy.toml:1: the key '3D Printing' must be lower-case letters, digits and _ only, "
        "such as new_scientist",
    ),
    ("[area]\nai = 3\n", "~/taxonomy.toml:2: ai must be a table, not a value"),
    ("[area.ai]\nname = 'AI'\n", "~/taxonomy.toml:1: 'meaning' is missing"),
    ("[area.ai]\nname = ' '\nmeaning = 'x'\n", "~/taxonomy.toml:2: name must not be empty"),
    (
        "[area.ai]\nname = 'AI'\nmeaning = 'x'\nweak = ['model 3', 'r&d', 'c++', 'x']\n",
        "~/taxonomy.toml:4: weak: 'x' is a single letter or digit: too many texts hold it",
    ),
    (
        "[area.ai]\nname = 'AI'\nmeaning = 'x'\nweak = ['!!']\n",
        "~/taxonomy.toml:4: weak: '!!' would be found nowhere: it holds no word",
    ),
    (
        "[area.ai]\nname = 'AI'\nmeaning = 'x'\nstrong = ['a',\n '']\n",
        "~/taxonomy.toml:4: strong[1] must not be empty",
    ),
    (
        "[area.ai]\nname = 'AI'\nmeaning = 'x'\nparent = 'ml'\n",
        "~/taxonomy.toml:4: parent: there is no area 'ml'",
    ),
    (
        "[area.ai]\nname = 'AI'\nmeaning = 'x'\nparent = 'ai'\n",
        "~/taxonomy.toml:4: parents go round in a circle: ai -> ai",
    ),
    (
        "[area.a]\nname = 'A'\nmeaning = 'x'\nparent = 'b'\n"
        "[area.b]\nname = 'B'\nmeaning = 'x'\nparent = 'c'\n"
        "[area.c]\nname = 'C'\nmeaning = 'x'\nparent = 'b'\n",
        "~/taxonomy.toml:8: parents go round in a circle: b -> c -> b",
    ),
]

FEED_MISTAKES = [
    ("[wired]\nurl = 'x'\n", "~/feeds.toml:1: there is no table [wired]; a feed is written [feeds.KEY]"),
    ("[feed.wired]\n", "~/feeds.toml:1: there is no table [feed]; did you mean 'feeds'?"),
    ("[feeds.x]\ntitle = 'X'\n", "~/feeds.toml:1: 'url' is missing"),
    (
        "[feeds.x]\nulr = 'https://x.example'\nurl = 'https://x.example'\n",
        "~/feeds.toml:2: unknown key 'ulr'; did you mean 'url'?",
    ),
    *(
        (
            f"[feeds.x]\nurl = '{url}'\n",
            "~/feeds.toml:2: url must be an address such as https://example.org/feed",
        )
        for url in (
            "",
            "x.example/feed",
            "ftp://x.example/feed",
            "file:///etc/passwd",
            "https://",
            "https://[::1",
            "https://x.example:99999/",
            "https://x.example/a b",
            "https://x.example/\u202egpj",
        )
    ),
    (
        "[feeds.x]\nurl = 'https://me:pw@x.example'\n",
        "~/feeds.toml:2: url must not hold a name or password: it is shown and exported",
    ),
    (
        "[feeds.x]\nurl = 'https://x.example'\nkind = 'vender'\n",
        "~/feeds.toml:3: kind must be one of news, trade_press, vendor, research, community, regulator, "
        "event, newsletter, not 'vender'; did you mean 'vendor'?",
    ),
    (
        "[feeds.x]\nurl = 'https://x.example'\nsectors = ['retial']\n",
        "~/feeds.toml:3: sectors: there is no sector 'retial'; did you mean 'retail'?",
    ),
    (
        "[feeds.x]\nurl = 'https://x.example'\nareas = ['food']\n",
        "~/feeds.toml:3: areas: there is no area 'food'",
    ),
    (
        "[feeds.x]\nurl = 'https://x.example'\nareas = 'ai'\n",
        "~/feeds.toml:3: areas must be a list, not 'ai'",
    ),
    (
        "[feeds.x]\nurl = 'https://x.example'\nregion = 'Europe'\n",
        "~/feeds.toml:3: region must be a country code such as DE, or world",
    ),
    (
        "[feeds.x]\nurl = 'https://x.example'\nlanguage = 'English'\n",
        "~/feeds.toml:3: language must be a language code such as en or pt-BR",
    ),
    (
        "[feeds.x]\nurl = 'https://X.example'\n[feeds.y]\n\nurl = 'http://x.example:80/#top'\n",
        "~/feeds.toml:5: feed 'x' has the same address; keep one of them",
    ),
]

BUSINESS_MISTAKES = [
    ("sector = 'food'\n", "~/businesses/bakery.toml: 'name' is missing"),
    (
        "name = 'B'\nsector = 'foods'\n",
        "~/businesses/bakery.toml:2: sector: there is no sector 'foods'; did you mean 'food'?",
    ),
    (
        "name = 'B'\nsector = 'food'\ngoals = ['sales']\n",
        "~/businesses/bakery.toml:3: goals: there is no function 'sales'",
    ),
    (
        "name = 'B'\nsector = 'food'\nmutes = ['area:ia']\n",
        "~/businesses/bakery.toml:3: mutes: there is no area 'ia'",
    ),
    (
        "name = 'B'\nsector = 'food'\nmutes = ['ai']\n",
        "~/businesses/bakery.toml:3: mutes: there is no label 'ai'; did you mean 'area:ai'?",
    ),
    (
        "name = 'B'\nsector = 'food'\nfollows = ['topic:quantum']\n",
        "~/businesses/bakery.toml:3: follows: there is no label 'topic:quantum'; write it like area:drones",
    ),
    ("name = 'B'\nsector = 'food'\nsize = 0\n", "~/businesses/bakery.toml:3: size must be at least 1, not 0"),
    (
        "name = 'B'\nsector = 'food'\nskills = 'god'\n",
        "~/businesses/bakery.toml:3: skills must be one of low, some, good, not 'god'; did you mean 'good'?",
    ),
    (
        "name = 'B'\nsector = 'food'\ncurrency = 'Euro'\n",
        "~/businesses/bakery.toml:3: currency must be a currency code such as EUR",
    ),
    (
        "name = 'B'\nsector = 'food'\ndigest_day = 'Mond'\n",
        "~/businesses/bakery.toml:3: digest_day must be one of monday, tuesday, wednesday, thursday, friday, "
        "saturday, sunday, not 'mond'; did you mean 'monday'?",
    ),
    *(
        (
            f"name = 'B'\nsector = 'food'\ndigest_time = {text}\n",
            '~/businesses/bakery.toml:3: digest_time must be a time of day such as "07:00"',
        )
        for text in ("'7'", "'24:00'", "'07:60'", "7", "'07:00 '", "'٠٧:٠٠'")
    ),
    *(
        (
            f"name = 'B'\nsector = 'food'\ntimezone = '{name}'\n",
            "~/businesses/bakery.toml:3: timezone must be a time zone such as Europe/Berlin, "
            f"not '{name}'{hint}",
        )
        for name, hint in (
            ("Europe/Belrin", "; did you mean 'Europe/Berlin'?"),
            ("Europe", "; did you mean 'Europe/Rome'?"),  # a folder of zones
            ("../../etc/passwd", ""),
            ("", ""),
        )
    ),
    (
        "name = 'B'\nsector = 'food'\nemail = 'a@b.example, c@d.example'\n",
        "~/businesses/bakery.toml:3: email must be one mail address such as owner@example.org",
    ),
    (
        'name = "B\\r\\nBcc: x@y.example"\nsector = "food"\n',
        "~/businesses/bakery.toml:1: name must be one line without control characters",
    ),
]

EXAMPLE_MISTAKES = [
    ('\n{"title": "x", "area": ["ia"]}', "~/examples/mine.jsonl:2: there is no area 'ia'"),
    (b'{"title": "\xff"}', "~/examples/mine.jsonl:1: is not UTF-8; save it as UTF-8"),
]

MISTAKES = [
    *(("trendwatch.toml", text, message) for text, message in SETTINGS_MISTAKES),
    # nothing else may refer to labels the spoilt taxonomy lacks
    *(("taxonomy.toml", text, message) for text, message in TAXONOMY_MISTAKES),
    *(("feeds.toml", text, message) for text, message in FEED_MISTAKES),
    *(("businesses/bakery.toml", text, message) for text, message in BUSINESS_MISTAKES),
    *(("examples/mine.jsonl", text, message) for text, message in EXAMPLE_MISTAKES),
]


@pytest.mark.parametrize(("name", "text", "message"), MISTAKES)
def test_mistake_is_placed_and_explained(tmp_path: Path, name: str, text: str | bytes, message: str) -> None:
    files: dict[str, str | bytes | None] = {name: text}
    if name == "taxonomy.toml":
        files |= {"feeds.toml": None, "businesses/bakery.toml": None, "examples/mine.jsonl": None}
    directory = write_config(tmp_path, files)
    assert [str(problem).replace(str(tmp_path), "~") for problem in check(directory, {})] == [message]


OVERLAY_MISTAKES = [
    (
        overlay("feed", "wired", {"titel": "W"}),
        "overlay on feed wired: unknown key 'titel'; did you mean 'title'?",
    ),
    (overlay("feed", "wired", {"url": None}), "overlay on feed wired: 'url' is missing"),
    (overlay("feed", "new", {"title": "N"}), "overlay on feed new: 'url' is missing (no file has this feed)"),
    (overlay("feed", "new", {}), "overlay on feed new: 'url' is missing (no file has this feed)"),
    (
        overlay("feed", "new", {"url": "http://wired.example/feed"}),
        "overlay on feed new: feed 'wired' has the same address; keep one of them",
    ),
    (
        overlay("feed", "New Feed", {"url": "https://n.example"}),
        "overlay on feed New Feed: the key must be lower-case letters, digits and _ only",
    ),
    (
        overlay("label", "ai", {"name": "A"}),
        "overlay on label ai: there is no facet 'ai'; write the key like area:drones",
    ),
    (
        overlay("label", "area:ai", {"parent": "generative_ai"}),
        "overlay on label area:ai: parents go round in a circle: ai -> generative_ai -> ai",
    ),
    (
        overlay("business", "bakery", {"digest_time": "25:00"}),
        'overlay on business bakery: digest_time must be a time of day such as "07:00"',
    ),
    (
        overlay("setting", "pol", {"concurrency": 1}),
        "overlay on setting pol: there is no section; did you mean 'poll'?",
    ),
    (
        overlay("setting", "poll", {"concurrency": "many"}),
        "overlay on setting poll: concurrency must be a whole number, not 'many'",
    ),
    (
        overlay("setting", "store", {"url": "sqlite://"}),
        "overlay on setting store: the store cannot keep its own address; "
        "set TRENDWATCH_STORE_URL or edit trendwatch.toml",
    ),
    (
        overlay("setting", "mail", {"smtp_password": "x"}),
        "overlay on setting mail: smtp_password is a secret and is not kept here; "
        "set TRENDWATCH_MAIL_SMTP_PASSWORD",
    ),
    (
        overlay("business", "bakery", {"sector": "retial"}),
        "overlay on business bakery: sector: there is no sector 'retial'; did you mean 'retail'?",
    ),
    (overlay("segment", "x", {}), "overlay on segment x: there is no kind 'segment'"),
]


@pytest.mark.parametrize(("change", "message"), OVERLAY_MISTAKES)
def test_overlay_at_fault_is_named_instead_of_a_file(tmp_path: Path, change: Overlay, message: str) -> None:
    directory = write_config(tmp_path)
    assert [str(problem) for problem in check(directory, {}, overlays=[change])] == [message]


def test_file_is_named_where_an_overlay_only_changed_something_else(tmp_path: Path) -> None:
    directory = write_config(tmp_path, {"feeds.toml": FEEDS.replace("trade_press", "press")})
    (problem,) = check(directory, {}, overlays=[overlay("feed", "crumbs", {"title": "C"})])
    assert (problem.file, problem.line) == (directory / "feeds.toml", 11)


ENVIRONMENT_MISTAKES = [
    (
        {"TRENDWATCH_STORIES_SAME_STORY": "0.9"},
        "TRENDWATCH_STORIES_SAME_STORY: duplicate must not be below same_story (0.9)",
    ),
    (
        {"TRENDWATCH_POLL_CONCURENCY": "1"},
        "TRENDWATCH_POLL_CONCURENCY: there is no such setting; did you mean 'TRENDWATCH_POLL_CONCURRENCY'?",
    ),
    (
        {"TRENDWATCH_POLL_CONCURRENCY": "many"},
        "TRENDWATCH_POLL_CONCURRENCY: concurrency must be a whole number, not 'many'",
    ),
    ({"TRENDWATCH_LOG_JSON": "1"}, "TRENDWATCH_LOG_JSON: json must be true or false, not 1"),
    (
        {"TRENDWATCH_NET_ALLOW": '[{"address": "localhost:80"}]'},
        "TRENDWATCH_NET_ALLOW: allow[0].address must be a network and a port such as 127.0.0.0/8:8080 "
        "('localhost' does not appear to be an IPv4 or IPv6 network)",
    ),
]


@pytest.mark.parametrize(("environ", "message"), ENVIRONMENT_MISTAKES)
def test_variable_at_fault_is_named(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    assert [str(problem) for problem in check(write_config(tmp_path), environ)] == [message]


def test_check_lists_everything_in_reading_order(tmp_path: Path) -> None:
    directory = write_config(
        tmp_path,
        {
            "trendwatch.toml": "[poll]\nconcurrency = 0\n[log]\nlevel = 'x'\n",
            "taxonomy.toml": TAXONOMY.replace('meaning = "Shops"', ""),
            "feeds.toml": "[feeds.b]\nurl = 'x'\nkind = 'y'\n[feeds.a]\nsectors = ['x']\n",
            "businesses/bakery.toml": BAKERY + "colour = 'red'\n",
        },
    )
    places = [(problem.file and problem.file.name, problem.line) for problem in check(directory, {})]
    assert places == [
        ("trendwatch.toml", 2),
        ("trendwatch.toml", 4),
        ("taxonomy.toml", 15),
        ("feeds.toml", 2),
        ("feeds.toml", 3),
        ("feeds.toml", 4),
        ("bakery.toml", 9),
    ]


def test_every_wrong_example_is_listed(tmp_path: Path) -> None:
    lines = '{"title": ""}\n{"title": "x"}\nnonsense\n{"title": "y", "aera": []}\n'
    problems = check(write_config(tmp_path, {"examples/mine.jsonl": lines}), {})
    assert [problem.line for problem in problems] == [1, 3, 4]


def test_load_names_the_first_and_counts_the_rest(tmp_path: Path) -> None:
    directory = write_config(tmp_path, {"feeds.toml": "[feeds.b]\nurl = 'x'\nkind = 'y'\nareas = 3\n"})
    with pytest.raises(ConfigError) as caught:
        load(directory, environ={})
    assert str(caught.value) == (
        f"{directory}/feeds.toml:2: url must be an address such as https://example.org/feed"
        " … and 2 more; trendwatch config check lists them"
    )
    assert "\n" not in str(caught.value)  # O2: one clear line


def test_unreadable_taxonomy_does_not_make_every_label_unknown(tmp_path: Path) -> None:
    problems = check(write_config(tmp_path, {"taxonomy.toml": "[area.ai\n"}), {})
    assert [(problem.file, problem.line) for problem in problems] == [(tmp_path / "taxonomy.toml", 1)]


def test_misnamed_file_is_noticed(tmp_path: Path) -> None:
    problems = check(write_config(tmp_path, {"feeds.toml": None, "feed.toml": FEEDS}), {})
    assert [problem.message for problem in problems] == ["there is no such file; did you mean 'feed.toml'?"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('region = "XX"', "region must be a country code such as DE, or world"),
        ('currency = "ABC"', "currency must be a currency code such as EUR"),
        ('language = "de"', "language must be en: digests are written in English only, so far"),
        ('sector = "dental"', "sector: there is no sector 'dental'; there are food, retail"),
    ],
)
def test_codes_that_exist_nowhere_are_refused(line: str, said: str, tmp_path: Path) -> None:
    other = "" if line.startswith("sector") else 'sector = "food"\n'
    directory = write_config(tmp_path, {"businesses/shop.toml": f'name = "Shop"\n{other}{line}\n'})
    assert [problem.message for problem in check(directory, {})] == [said]


def test_a_day_may_begin_with_a_capital(tmp_path: Path) -> None:
    text = 'name = "Shop"\nsector = "food"\ndigest_day = "Friday"\n'
    config = load(write_config(tmp_path, {"businesses/shop.toml": text}), environ={})
    assert config.business("shop").digest_weekday == 4


def test_business_file_with_a_bad_name(tmp_path: Path) -> None:
    problems = check(write_config(tmp_path, {"businesses/My Shop.toml": BAKERY}), {})
    assert [problem.message for problem in problems] == [
        "the key 'My Shop' must be lower-case letters, digits and _ only, such as new_scientist; "
        "rename the file"
    ]


def test_directory_in_place_of_a_file(tmp_path: Path) -> None:
    directory = write_config(tmp_path, {"feeds.toml": None, "feeds.toml/x": "x"})
    problems = check(directory, {})
    assert [problem.message for problem in problems] == ["cannot be read: Is a directory"]


def test_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no configuration directory"):
        load(tmp_path / "none", environ={})
    assert len(check(tmp_path / "none", {})) == 1
