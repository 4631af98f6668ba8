"""All settings of ``trendwatch.toml``, one model a section, with what each means.

A file leaves out what it does not change; ``TRENDWATCH_<SECTION>_<FIELD>`` in the environment wins over
both the file and what pages changed. Fields hidden from ``repr`` may hold a secret (see public_values).
"""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    Strict,
    ValidationInfo,
    field_validator,
)

from trendwatch.config import forms
from trendwatch.config.addresses import is_local, page_address
from trendwatch.types.delivery import Channel

# TOML knows whole numbers, fractions and booleans apart, so nothing is converted silently.
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Flag = Annotated[bool, Strict()]
Line = Annotated[str, AfterValidator(forms.line)]


class Section(BaseModel):
    """Values that cannot change once read; unknown names are refused."""

    # A default may clash with a neighbour that was changed.
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class StoreSettings(Section):
    """Where everything is kept."""

    url: Annotated[str, AfterValidator(forms.database_url)] = Field(
        "sqlite:///data/trendwatch.db",
        repr=False,
        description="Database address; a relative SQLite path starts at the working directory.",
    )


class PollSettings(Section):
    """How feeds are polled."""

    concurrency: Whole = Field(32, ge=1, le=1000, description="Feeds fetched at the same time.")
    timeout_seconds: Number = Field(
        30.0, gt=0, le=600, description="Longest time for one fetch, all hops together."
    )
    max_body_mb: Whole = Field(10, ge=1, le=100, description="Largest feed that is read, in megabytes.")
    minimum_interval_minutes: Whole = Field(60, ge=1, description="No feed is polled more often than this.")
    maximum_interval_minutes: Whole = Field(
        1440, ge=1, description="Every working feed is polled at least this often."
    )
    lease_seconds: Whole = Field(
        60, ge=1, description="After this, another process takes over a dead one's feeds."
    )
    contact: Line = Field(
        "", description="Address or mail in the User-Agent, so that publishers can reach you."
    )

    @field_validator("maximum_interval_minutes")
    @classmethod
    def _not_below_minimum(cls, value: int, seen: ValidationInfo) -> int:
        least = seen.data.get("minimum_interval_minutes", value)
        if value < least:
            raise ValueError(f"must not be below minimum_interval_minutes ({least})")
        return value

    @field_validator("lease_seconds")
    @classmethod
    def _longer_than_a_fetch(cls, value: int, seen: ValidationInfo) -> int:
        longest = seen.data.get("timeout_seconds", 0)
        if value <= longest:
            raise ValueError(
                f"must be above timeout_seconds ({longest:g}), or slow fetches lose their results"
            )
        return value


class Allowance(Section):
    """An address inside your own network that may be fetched although it is not public."""

    address: Annotated[str, AfterValidator(forms.allowed_address)] = Field(
        description="Network and port, such as 127.0.0.0/8:8080 or [::1]:8080; without a port, all of them."
    )
    per_host: Whole = Field(1, ge=1, description="Requests to one of its hosts at the same time.")
    spacing_seconds: Number = Field(
        1.0, ge=0, description="Least time between two requests to one of its hosts."
    )


class NetSettings(Section):
    """What may be reached."""

    allow: tuple[Allowance, ...] = Field((), description="Addresses of your own network that may be fetched.")
    spacing_seconds: Number = Field(1.0, ge=0, description="Least time between two requests to one host.")


class ParseSettings(Section):
    """The limited processes that read what others publish."""

    workers: Whole = Field(2, ge=1, le=64, description="Processes that read feeds.")
    cpu_seconds: Whole = Field(10, ge=1, description="Computing time for one feed; then it is given up.")
    memory_mb: Whole = Field(512, ge=128, description="Memory for one process, in megabytes.")


class StoriesSettings(Section):
    """When reports are one story."""

    same_story: Number = Field(0.30, ge=0, le=1, description="Likeness from which two reports are one story.")
    duplicate: Number = Field(0.80, ge=0, le=1, description="Likeness from which a report is a copy.")
    window_hours: Whole = Field(72, ge=1, description="Reports further apart are never one story.")

    @field_validator("duplicate")
    @classmethod
    def _not_below_same_story(cls, value: float, seen: ValidationInfo) -> float:
        least = seen.data.get("same_story", value)
        if value < least:
            raise ValueError(f"must not be below same_story ({least:g})")
        return value


class TrendsSettings(Section):
    """When something counts as rising."""

    min_sources: Whole = Field(3, ge=1, description="Feeds that must report, or it is too few to say.")
    floor: Number = Field(1.8, ge=0, description="Recent reports needed, older ones counting less.")
    top_terms: Whole = Field(5, ge=0, description="New words shown a week.")


class DigestSettings(Section):
    """What digests rest on."""

    recount_days: Whole = Field(400, ge=7, description="Days counted again when a new model is adopted.")


class ScheduleSettings(Section):
    """How often a running service looks for work."""

    tick_seconds: Whole = Field(60, ge=1, description="Time between two looks.")


class ServeSettings(Section):
    """Pages and API."""

    host: Line = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    port: Whole = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    base_url: Annotated[str, AfterValidator(forms.web_address)] = Field(
        "", description="Public address used in links of mails and feeds."
    )
    without_key: Flag = Field(
        False, description="Ask nobody for a key: only where a proxy in front asks who comes."
    )

    @property
    def site(self) -> str:
        """Return where our pages are, as configured: never as a request claims."""
        return self.base_url or page_address(self.host, self.port)

    @property
    def is_public(self) -> bool:
        """Return whether others than this machine are to reach the pages, whatever address is listened on."""
        return bool(self.base_url) and not is_local(urlsplit(self.base_url).hostname or "")


class MailSettings(Section):
    """How digests leave by mail."""

    outbox: Line = Field(
        "data/outbox", min_length=1, description="Folder for mails as files, while there is no mail server."
    )
    sender: Annotated[str, AfterValidator(forms.sender)] = Field(
        "trendwatch <trendwatch@localhost>", description="From line of every mail."
    )
    smtp_host: Line = Field("", description="Mail server; empty writes mails into the outbox instead.")
    smtp_port: Whole = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_user: Line = Field("", description="Name to log in with; empty does not log in.")
    smtp_password: SecretStr = Field(
        SecretStr(""), repr=False, description="Secret: set TRENDWATCH_MAIL_SMTP_PASSWORD instead."
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted; never weakened silently."
    )

    @property
    def channel(self) -> Channel:
        """Return how mail leaves."""
        return Channel.SMTP if self.smtp_host else Channel.OUTBOX


class DeliverSettings(Section):
    """How digests reach their readers."""

    in_doubt: Literal["resend", "hold"] = Field(
        "resend", description="A mail that may have arrived is sent again as the same mail, or held for you."
    )
    confirm_all: Flag = Field(False, description="Ask addresses of these files too before they get a digest.")
    operator: Annotated[str, AfterValidator(forms.mail)] = Field(
        "", description="Who is told by mail when sending, sources or webhooks need a hand."
    )
    concurrency: Whole = Field(4, ge=1, le=64, description="Mails and webhooks handed over at the same time.")


class LogSettings(Section):
    """What is logged."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least important event shown."
    )
    #: ``json`` in the file: that name is taken on pydantic models
    as_json: Flag = Field(False, alias="json", description="One JSON object a line instead of text.")


class Settings(Section):
    """Everything in ``trendwatch.toml``."""

    store: StoreSettings = StoreSettings()
    poll: PollSettings = PollSettings()
    net: NetSettings = NetSettings()
    parse: ParseSettings = ParseSettings()
    stories: StoriesSettings = StoriesSettings()
    trends: TrendsSettings = TrendsSettings()
    digest: DigestSettings = DigestSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    serve: ServeSettings = ServeSettings()
    mail: MailSettings = MailSettings()
    deliver: DeliverSettings = DeliverSettings()
    log: LogSettings = LogSettings()


def section_models() -> dict[str, type[Section]]:
    """Return the model of each section, in the order of the file."""
    found: dict[str, type[Section]] = {}
    for name, declared in Settings.model_fields.items():
        model = declared.annotation
        assert isinstance(model, type)
        assert issubclass(model, Section)
        found[name] = model
    return found


def is_secret(section: str, field: str, value: object) -> bool:
    """Tell whether a value must not be written, printed or hashed as it is."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if (section, field) == ("mail", "smtp_password"):
        return text != ""
    return (section, field) == ("store", "url") and isinstance(text, str) and bool(_password(text))


def public_values(settings: Settings) -> dict[str, dict[str, object]]:
    """Return section, field and value as they may be shown: passwords are ``***``."""
    shown: dict[str, dict[str, object]] = settings.model_dump(by_alias=True)
    for section, values in shown.items():
        for field, value in values.items():
            if is_secret(section, field, value):
                values[field] = _masked(value)
            elif isinstance(value, SecretStr):
                values[field] = ""
    return shown


def _password(url: str) -> str:
    return urlsplit(url).password or ("password=" in url and url.split("password=", 1)[1]) or ""


def _masked(value: object) -> str:
    if not isinstance(value, str):
        return "***"
    return value.replace(_password(value), "***")
