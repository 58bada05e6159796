"""What is set from outside: environment variables, or a file `.env` in the working folder.

Every field is one variable of the same name in capitals. Its description completes two sentences:
"PORT cannot be used: it should be …" and "SLACK_BOT_TOKEN is missing: it should be …". No value ever
stands in a message, because people paste messages into tickets.
"""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, quote_plus, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict

from coaching.rules.keeping import Keeping
from service import disks

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
ONE_OR_MANY = (
    "SLACK_BOT_TOKEN and SLACK_CLIENT_ID (or SLACK_CLIENT_SECRET) are both set: leave one empty. With the bot"
    " token the bot serves one workspace; with client id and secret people install it into theirs."
)
NO_WAY_IN = (
    " To serve many workspaces, set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and COACH_PUBLIC_URL instead."
)


NO_DATABASE = (
    "There is no database at {file}. Run this where the bot runs, with the same DATABASE_URL."
    " If the bot has never run, coach serve makes one when it starts; coach migrate does it now."
)


UNKNOWN = "{name} is no setting of this bot, and does nothing.{instead}"
OURS = "COACH_"


class SettingsError(Exception):
    """The settings cannot be used: `lines` has a sentence for each that is wrong or missing."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def _database(url: str) -> str:
    """SQLAlchemy's spelling of an address; hosts hand out `postgres://`. Raises `ValueError`."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("not an address") from None
    if parsed.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    elif parsed.drivername != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise ValueError("not SQLite in a file, nor PostgreSQL")
    return parsed.render_as_string(hide_password=False)


def _passwords(url: str) -> list[str]:
    """As it is, and as it stands in the address."""
    from sqlalchemy.engine import make_url

    password = make_url(url).password
    return [password, quote_plus(password), quote(password)] if password else []


def web_address(url: str) -> str:
    """Encrypted, unless it never leaves this computer. Raises `ValueError`."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    if not parts.hostname or not (parts.scheme == "https" or local) or parts.query or parts.fragment:
        raise ValueError("not a web address")
    return url.rstrip("/")


def _with_slash(url: str) -> str:
    return url + "/"


def _bot_token(token: SecretStr) -> SecretStr:
    if not token.get_secret_value().startswith("xoxb-"):
        raise ValueError("not a bot token")
    return token


def _app_token(token: SecretStr) -> SecretStr:
    if not token.get_secret_value().startswith("xapp-"):
        raise ValueError("not an app-level token")
    return token


def _one_word(secret: SecretStr) -> SecretStr:
    """Secrets travel in headers and signatures: a stray space or umlaut is a slip in copying."""
    text = secret.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("not one word")
    return secret


def _monitor(secret: SecretStr) -> SecretStr:
    """Whoever knows the address can say that all is well, so it is kept like a password."""
    parts = urlsplit(secret.get_secret_value())
    local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValueError("not a web address")
    return secret


def _keys(secret: SecretStr) -> SecretStr:
    from storage.encryption import Cipher

    Cipher(_separated(secret))
    return secret


def _separated(secret: SecretStr) -> list[str]:
    return [one.strip() for one in secret.get_secret_value().split(",") if one.strip()]


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Secret = Annotated[SecretStr, BeforeValidator(_stripped), AfterValidator(_one_word)]
Keys = Annotated[SecretStr, BeforeValidator(_stripped), AfterValidator(_keys)]
Monitor = Annotated[Secret, AfterValidator(_monitor)]
BotToken = Annotated[Secret, AfterValidator(_bot_token)]
AppToken = Annotated[Secret, AfterValidator(_app_token)]
DatabaseUrl = Annotated[str, BeforeValidator(_stripped), AfterValidator(_database)]
WebAddress = Annotated[str, BeforeValidator(_stripped), AfterValidator(web_address)]
ApiAddress = Annotated[WebAddress, AfterValidator(_with_slash)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
LogFormat = Annotated[Literal["text", "json"], BeforeValidator(_lower)]
NONE = SecretStr("")


class Settings(BaseSettings):
    """What can be set. An empty variable counts as not set; a secret that is not set is empty."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_default=False,
    )

    database_url: DatabaseUrl = Field(
        "sqlite:///coach.db",
        repr=False,  # it may hold a password
        description="sqlite:///file.db, or the address of a PostgreSQL database: postgresql://user:password@host/name",
    )
    coach_disk_is_kept: bool | None = Field(
        None, description="yes where the disk under a SQLite file is kept though it does not look so"
    )
    port: int = Field(3000, ge=1, le=65535, description="a free port, a number from 1 to 65535")
    slack_bot_token: BotToken = Field(
        NONE,
        description='the bot token, xoxb-…, from "OAuth & Permissions" in the settings of your Slack app',
    )
    slack_signing_secret: Secret = Field(
        NONE,
        description='the signing secret from "Basic Information" in the settings of your Slack app'
        " (or set SLACK_APP_TOKEN, for Socket Mode)",
    )
    slack_api_url: ApiAddress = Field(
        "https://slack.com/api/", description="the address of Slack's Web API: https://slack.com/api/"
    )
    slack_app_token: AppToken = Field(
        NONE,
        description='the app-level token, xapp-…, from "Basic Information" in the settings of your Slack app,'
        " for Socket Mode",
    )
    slack_client_id: Secret = Field(
        NONE, description='the client id from "Basic Information" in the settings of your Slack app'
    )
    slack_client_secret: Secret = Field(
        NONE, description='the client secret from "Basic Information" in the settings of your Slack app'
    )
    coach_public_url: WebAddress | None = Field(
        None,
        description="the https address at which Slack reaches this bot, such as https://coach.example.org",
    )
    coach_encryption_keys: Keys = Field(
        NONE,
        description="keys as `coach keys new` prints them, separated by commas; the first one encrypts",
    )
    coach_packs: Path | None = Field(
        None, description="a content pack of your own: a YAML file, or a folder of them"
    )
    coach_worker_port: int | None = Field(
        None, ge=1, le=65535, description="a free port for the health of `coach worker`, from 1 to 65535"
    )
    coach_metrics_key: Secret = Field(
        NONE, description="one word that whoever reads /metrics has to know; without it only this machine may"
    )
    coach_heartbeat_url: Monitor = Field(
        NONE, description="the https address of a monitor that is called while messages go out"
    )
    coach_keep_words_months: int = Field(
        24, ge=0, le=1200, description="a number of months, or 0 to keep them while the bot is installed"
    )
    coach_keep_closed_months: int = Field(
        12, ge=0, le=1200, description="a number of months, or 0 to keep them while the bot is installed"
    )
    coach_sentry_dsn: Monitor = Field(
        NONE, description="the DSN of a Sentry that is told of failures, an https address"
    )
    log_level: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: LogFormat = Field("text", description="text or json")

    @property
    def secrets(self) -> list[str]:
        """The values that no log may show."""
        values = (getattr(self, name) for name in type(self).model_fields)
        found = [value.get_secret_value() for value in values if isinstance(value, SecretStr) and value]
        return [*found, *self.encryption_keys, *_passwords(self.database_url)]

    @property
    def database_file(self) -> Path | None:
        """Where a SQLite database lies; None for one on a server."""
        from sqlalchemy.engine import make_url

        url = make_url(self.database_url)
        return Path(url.database) if url.drivername == "sqlite" and url.database else None

    def no_database(self) -> str | None:
        """A sentence where its file is not there. SQLite would make an empty one for whoever looks."""
        file = self.database_file
        return NO_DATABASE.format(file=file.absolute()) if file and not file.exists() else None

    @property
    def socket_mode(self) -> bool:
        """Whether Slack's requests come over a socket that the bot opens, rather than to its address."""
        return bool(self.slack_app_token)

    @property
    def many_workspaces(self) -> bool:
        """People install the bot into their workspaces by OAuth; without it, it serves that of its token."""
        return bool(self.slack_client_id)

    @property
    def install_url(self) -> str | None:
        """Where people install it, if they do."""
        return f"{self.coach_public_url}/slack/install" if self.many_workspaces else None

    @property
    def heartbeat(self) -> str:
        """Empty when nobody waits for one."""
        return self.coach_heartbeat_url.get_secret_value()

    @property
    def encryption_keys(self) -> list[str]:
        """As they are set, the one that encrypts first. `service/keys.py` knows of those in a file."""
        return _separated(self.coach_encryption_keys)

    @property
    def keeping(self) -> Keeping:
        return Keeping(self.coach_keep_words_months, self.coach_keep_closed_months)

    def disk_notes(self) -> list[str]:
        """What is likely to go wrong with the disk under a SQLite file."""
        warning = None if self.coach_disk_is_kept else disks.warning_here(self.database_url)
        return [warning] if warning else []


class SlackSettings(Settings):
    """The same, with what a running bot cannot do without. `Ways` asks for the rest."""

    slack_signing_secret: Secret = Field(
        description=Settings.model_fields["slack_signing_secret"].description
    )

    @model_validator(mode="before")
    @classmethod
    def _a_socket_is_proof_enough(cls, given: dict[str, object]) -> dict[str, object]:
        """In Socket Mode nothing is signed."""
        return {"slack_signing_secret": NONE, **given} if given.get("slack_app_token") else given


class Ways(BaseSettings):
    """How the bot gets its tokens: by the bot token of one workspace, or by being installed into many.

    Looks only at whether a variable is set, so that what is missing can be said beside what is wrong.
    """

    model_config = Settings.model_config

    slack_bot_token: SecretStr = NONE
    slack_client_id: SecretStr = NONE
    slack_client_secret: SecretStr = NONE
    coach_public_url: SecretStr = NONE

    def missing(self) -> list[str]:
        many = ["slack_client_id", "slack_client_secret", "coach_public_url"]
        if self.slack_client_id or self.slack_client_secret:
            return [name for name in many if not getattr(self, name)]
        return [] if self.slack_bot_token else ["slack_bot_token"]

    def both(self) -> bool:
        return bool(self.slack_bot_token and (self.slack_client_id or self.slack_client_secret))


def read_settings(*, slack: bool = True) -> Settings:
    """Reads the environment and `.env`. Raises `SettingsError`.

    `slack`: what a bot that talks to Slack cannot do without has to be there.
    """
    try:
        ways = Ways()
        settings = _with_slack(ways) if slack else Settings()  # from the environment
    except ValidationError as error:
        raise SettingsError(_problems(_wrong(error))) from None
    except (OSError, UnicodeError):
        raise SettingsError(["The file .env cannot be read: it should be a text file in UTF-8."]) from None
    refusal = None if settings.coach_disk_is_kept else disks.refusal_here(settings.database_url)
    if refusal:
        raise SettingsError([refusal])
    return settings


def _with_slack(ways: Ways) -> Settings:
    conflict = [ONE_OR_MANY] if ways.both() else []
    missing = {} if conflict else dict.fromkeys(ways.missing(), "missing")  # which way is not decided yet
    try:
        settings = SlackSettings()
    except ValidationError as error:
        raise SettingsError([*conflict, *_problems(missing | _wrong(error))]) from None
    if conflict or missing:
        raise SettingsError([*conflict, *_problems(missing)])
    return settings


def unknown_names() -> list[str]:
    """A sentence for each variable that is set, begins like ours and is none: a slip, most likely."""
    sources = EnvSettingsSource(Settings), DotEnvSettingsSource(Settings)
    given = {name.upper() for source in sources for name in source.env_vars}
    known = {name.upper().removeprefix(OURS): name.upper() for name in Settings.model_fields}
    strange = given - set(known.values()) - {host.variable for host in disks.HOSTS}
    found = []
    for name in sorted(one for one in strange if one.startswith(OURS)):
        near = get_close_matches(name.removeprefix(OURS), known, n=1)
        instead = f" Did you mean {known[near[0]]}?" if near else ""
        found.append(UNKNOWN.format(name=name, instead=instead))
    return found


def _wrong(error: ValidationError) -> dict[str, str]:
    return {str(one["loc"][0]): one["type"] for one in error.errors(include_url=False, include_input=False)}


def _problems(wrong: dict[str, str]) -> list[str]:
    """In the order of the fields, each variable once."""
    return [
        f"{name.upper()} {'is missing' if wrong[name] == 'missing' else 'cannot be used'}:"
        f" it should be {field.description}."
        + (NO_WAY_IN if (name, wrong[name]) == ("slack_bot_token", "missing") else "")
        for name, field in Settings.model_fields.items()
        if name in wrong
    ]
