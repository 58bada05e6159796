"""What can be set from outside: environment variables and the file `.env`, read once at the start."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SLACK_NEEDS = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")


class SettingsError(Exception):
    """Settings that cannot be used: one line for a human for each wrong or missing variable."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


def _database_url(url: str) -> str:
    """Name the PostgreSQL driver, which hosting providers leave out."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        scheme = "postgresql+psycopg"
    if not separator or scheme not in ("sqlite", "postgresql+psycopg"):
        raise ValueError("scheme")
    return f"{scheme}://{rest}"


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")) or not url.partition("://")[2].strip("/"):
        raise ValueError("scheme")
    return url.rstrip("/")


def _api_address(url: str) -> str:
    """Slack's client appends method names to the address, so it has to end with a slash."""
    return _web_address(url) + "/"


def _bot_token(token: SecretStr) -> SecretStr:
    return _starting(token, "xoxb-")


def _app_token(token: SecretStr) -> SecretStr:
    return _starting(token, "xapp-")


def _starting(token: SecretStr, prefix: str) -> SecretStr:
    if not token.get_secret_value().startswith(prefix):
        raise ValueError("prefix")
    return token


def _printable(secret: SecretStr) -> SecretStr:
    """A secret pasted with a line break or a space fails later and far from here."""
    value = secret.get_secret_value()
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("characters")
    return secret


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Secret = Annotated[SecretStr, AfterValidator(_printable)]


class Settings(BaseSettings):
    """Every variable the bot reads. A field's description completes the sentence "… should be"."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default="sqlite:///coach.db",
        repr=False,  # it may hold a password
        description="an address such as sqlite:///coach.db or postgresql://user:password@host/name",
    )
    port: int = Field(default=3000, ge=1, le=65535, description="a whole number from 1 to 65535")
    slack_bot_token: Annotated[Secret, AfterValidator(_bot_token)] | None = Field(
        default=None,
        description='the token that starts with xoxb-, from "OAuth & Permissions" of the Slack app',
    )
    slack_signing_secret: Secret | None = Field(
        default=None, description='the signing secret from "Basic Information" of the Slack app'
    )
    slack_api_url: Annotated[str, AfterValidator(_api_address)] = Field(
        default="https://slack.com/api/", description="an address that starts with https:// or http://"
    )
    slack_app_token: Annotated[Secret, AfterValidator(_app_token)] | None = Field(
        default=None, description="the token that starts with xapp-, used for Socket Mode alone"
    )
    slack_client_id: str | None = Field(
        default=None, description='the client id from "Basic Information" of the Slack app'
    )
    slack_client_secret: Secret | None = Field(
        default=None, description='the client secret from "Basic Information" of the Slack app'
    )
    coach_public_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        default=None,
        description="the address at which Slack reaches the bot, such as https://coach.example.org",
    )
    coach_encryption_keys: SecretStr | None = Field(
        default=None, description="one or more keys with commas between them, the newest first"
    )
    coach_packs: Path | None = Field(default=None, description="a folder with content packs")
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
    ] = Field(default="INFO", description="DEBUG, INFO, WARNING, ERROR or CRITICAL")
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = Field(
        default="text", description="text or json"
    )

    @property
    def secrets(self) -> list[str]:
        """The secret values that are set, for the log to mask."""
        fields = (getattr(self, name) for name in Settings.model_fields)
        return [field.get_secret_value() for field in fields if isinstance(field, SecretStr)]


def read_settings(needs: Sequence[str] = SLACK_NEEDS) -> Settings:
    """Read the environment and `.env`; the variables in `needs` have to be there.

    A bot installed by OAuth gets its tokens then, so a client id and secret stand in for SLACK_BOT_TOKEN.
    Raises `SettingsError` with a line for each variable that is wrong or missing, and never shows a value.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_wrong(error)) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError([".env cannot be read: it should be a text file in UTF-8."]) from None
    missing = [name for name in needs if not _given(settings, name)]
    if missing:
        raise SettingsError([f"{name} is missing: it should be {_description(name)}." for name in missing])
    return settings


def _given(settings: Settings, name: str) -> bool:
    if name == "SLACK_BOT_TOKEN" and settings.slack_client_id and settings.slack_client_secret:
        return True
    return getattr(settings, name.lower()) is not None


def _wrong(error: ValidationError) -> list[str]:
    names = {
        str(problem["loc"][0]).upper() for problem in error.errors(include_input=False, include_context=False)
    }
    return [f"{name} should be {_description(name)}." for name in sorted(names)]


def _description(name: str) -> str:
    return Settings.model_fields[name.lower()].description or "set"
