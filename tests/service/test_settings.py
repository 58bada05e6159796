"""Settings: read from outside, each wrong or missing one named, secrets nowhere."""

import os
import re
from pathlib import Path

import pytest

from service import disks
from service.settings import ONE_OR_MANY, Settings, SettingsError, read_settings, unknown_names

ROOT = Path(__file__).parents[2]
NAMES = [name.upper() for name in Settings.model_fields]
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "signing-secret"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*NAMES, *(host.variable for host in disks.HOSTS)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in SLACK.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def lines() -> list[str]:
    with pytest.raises(SettingsError) as raised:
        read_settings()
    return raised.value.lines


def named() -> list[str]:
    return [line.split()[0] for line in lines()]


def test_two_secrets_are_enough(put: pytest.MonkeyPatch) -> None:
    settings = read_settings()
    assert settings.database_url == "sqlite:///coach.db"
    assert settings.port == 3000
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"
    assert settings.secrets == ["xoxb-1", "signing-secret"]


def test_in_socket_mode_nothing_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    assert lines() == [
        'SLACK_BOT_TOKEN is missing: it should be the bot token, xoxb-…, from "OAuth & Permissions"'
        " in the settings of your Slack app. To serve many workspaces, set SLACK_CLIENT_ID,"
        " SLACK_CLIENT_SECRET and COACH_PUBLIC_URL instead."
    ]
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    settings = read_settings()
    assert settings.socket_mode
    assert not settings.slack_signing_secret
    monkeypatch.setenv("SLACK_APP_TOKEN", " ")
    assert named() == ["SLACK_APP_TOKEN"]


def test_without_an_app_token_requests_have_to_be_signed(put: pytest.MonkeyPatch) -> None:
    assert not read_settings().socket_mode
    put.delenv("SLACK_SIGNING_SECRET")
    [line] = lines()
    assert line.startswith("SLACK_SIGNING_SECRET is missing")
    assert "or set SLACK_APP_TOKEN, for Socket Mode" in line


MANY = {
    "SLACK_CLIENT_ID": "1234.5678",
    "SLACK_CLIENT_SECRET": "client-secret",
    "COACH_PUBLIC_URL": "https://coach.example.org",
}


@pytest.fixture
def many(put: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """For many workspaces instead of one."""
    put.delenv("SLACK_BOT_TOKEN")
    for name, value in MANY.items():
        put.setenv(name, value)
    return put


def test_for_many_workspaces_the_app_is_enough(many: pytest.MonkeyPatch) -> None:
    settings = read_settings()
    assert settings.many_workspaces
    assert settings.install_url == "https://coach.example.org/slack/install"
    assert "client-secret" in settings.secrets
    assert "client-secret" not in f"{settings!r}"


def test_with_a_bot_token_nobody_installs_it(put: pytest.MonkeyPatch) -> None:
    put.setenv("COACH_PUBLIC_URL", "https://coach.example.org")
    assert (read_settings().many_workspaces, read_settings().install_url) == (False, None)


@pytest.mark.parametrize("name", list(MANY))
def test_what_lacks_for_many_workspaces_is_named(many: pytest.MonkeyPatch, name: str) -> None:
    many.setenv(name, "")
    assert [line.split(":")[0] for line in lines()] == [f"{name} is missing"]


def test_without_either_the_way_for_many_is_named_too(put: pytest.MonkeyPatch) -> None:
    put.delenv("SLACK_BOT_TOKEN")
    [line] = lines()
    assert line.startswith("SLACK_BOT_TOKEN is missing: it should be the bot token, xoxb-")
    assert line.endswith("set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and COACH_PUBLIC_URL instead.")


@pytest.mark.parametrize("names", [("SLACK_CLIENT_ID",), ("SLACK_CLIENT_SECRET",), tuple(MANY)])
def test_one_workspace_and_many_at_once_is_refused(put: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    for name in names:
        put.setenv(name, MANY[name])
    assert lines() == [ONE_OR_MANY]


def test_what_does_not_talk_to_slack_needs_nothing() -> None:
    assert not read_settings(slack=False).slack_bot_token


def test_missing_and_wrong_ones_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("LOG_FORMAT", "xml")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")
    assert named() == ["PORT", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "LOG_FORMAT"]
    assert lines()[0] == "PORT cannot be used: it should be a free port, a number from 1 to 65535."
    assert lines()[1].startswith("SLACK_BOT_TOKEN is missing: it should be the bot token, xoxb-")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://ana:planted@host/coach"),
        ("DATABASE_URL", "planted"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://ana:planted@host:port/coach"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("SLACK_BOT_TOKEN", "xoxp-planted"),
        ("SLACK_BOT_TOKEN", "xoxb-planted with a blank"),
        ("SLACK_SIGNING_SECRET", "planted\N{LATIN SMALL LETTER U WITH DIAERESIS}"),
        ("SLACK_APP_TOKEN", "xoxb-planted"),
        ("SLACK_API_URL", "http://planted.example/api/"),
        ("SLACK_API_URL", "slack.com/planted"),
        ("COACH_PUBLIC_URL", "http://planted.example"),
        ("COACH_PUBLIC_URL", "https://coach.example.org/?planted"),
        ("LOG_LEVEL", "planted"),
        ("LOG_FORMAT", "planted"),
    ],
)
def test_a_wrong_one_is_named_and_its_value_is_not(put: pytest.MonkeyPatch, name: str, value: str) -> None:
    put.setenv(name, value)
    assert named() == [name]
    assert "planted" not in lines()[0]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_driver_of_postgresql_is_named(put: pytest.MonkeyPatch, scheme: str) -> None:
    put.setenv("DATABASE_URL", f"{scheme}://ana:pass%40word@host:5433/coach?sslmode=require")
    expected = "postgresql+psycopg://ana:pass%40word@host:5433/coach?sslmode=require"
    assert read_settings().database_url == expected


def test_addresses_end_as_their_users_expect(put: pytest.MonkeyPatch) -> None:
    put.setenv("SLACK_API_URL", "http://127.0.0.1:4000/api")
    put.setenv("COACH_PUBLIC_URL", "https://coach.example.org/")
    settings = read_settings()
    assert settings.slack_api_url == "http://127.0.0.1:4000/api/"
    assert settings.coach_public_url == "https://coach.example.org"


def test_small_letters_and_blanks_are_forgiven(put: pytest.MonkeyPatch) -> None:
    put.setenv("LOG_LEVEL", "debug")
    put.setenv("LOG_FORMAT", " JSON")
    put.setenv("SLACK_BOT_TOKEN", " xoxb-1\n")
    settings = read_settings()
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"


def test_nothing_secret_is_printed(put: pytest.MonkeyPatch) -> None:
    put.setenv("DATABASE_URL", "postgresql://ana:planted-password@host/coach")
    put.setenv("SLACK_APP_TOKEN", "xapp-planted")
    shown = f"{read_settings()!r} {read_settings()}"
    assert "planted" not in shown
    assert "xoxb-1" not in shown
    assert "signing-secret" not in shown


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_settings(slack=False).port = 1  # type: ignore[misc]


def test_the_file_is_read_and_the_environment_wins(put: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=4444\nLOG_LEVEL=ERROR\nSOMETHING_ELSE=1\n")
    put.setenv("LOG_LEVEL", "WARNING")
    settings = read_settings()
    assert (settings.port, settings.log_level) == (4444, "WARNING")


def test_names_that_are_none_of_ours_are_told_with_what_was_meant(
    put: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [one for one in os.environ if one.startswith("COACH_")]:
        put.delenv(name)
    assert unknown_names() == []
    put.setenv("COACH_IMAGE", "1")
    put.setenv("COACH_PACKS", "planted")
    put.setenv("COACH_METRIC_KEY", "planted")
    put.setenv("COACH_COLOUR", "planted")
    (tmp_path / ".env").write_text("COACH_DATABASE_URL=planted\ncoach_keep_words_months=3\nOTHER=planted\n")
    assert unknown_names() == [
        "COACH_COLOUR is no setting of this bot, and does nothing.",
        "COACH_DATABASE_URL is no setting of this bot, and does nothing. Did you mean DATABASE_URL?",
        "COACH_METRIC_KEY is no setting of this bot, and does nothing. Did you mean COACH_METRICS_KEY?",
    ]


def test_a_file_that_is_no_text_is_named(put: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe\n")
    assert lines() == ["The file .env cannot be read: it should be a text file in UTF-8."]


def test_a_host_that_forgets_its_disk_needs_postgresql(put: pytest.MonkeyPatch) -> None:
    put.setenv("DYNO", "web.1")
    assert named() == ["DATABASE_URL"]
    put.setenv("DATABASE_URL", "postgres://ana:password@host/coach")
    assert read_settings().database_url.startswith("postgresql")


def test_whoever_says_that_the_disk_is_kept_is_believed(put: pytest.MonkeyPatch) -> None:
    put.setenv("RENDER", "true")
    assert named() == ["DATABASE_URL"]
    put.setenv("COACH_DISK_IS_KEPT", "yes")
    assert read_settings().disk_notes() == []


def test_the_example_names_every_variable_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text()
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
    unset = (None, "")
    defaults = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    assert list(given) == list(defaults)
    for name, default in defaults.items():
        shown = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        assert given[name] == ("" if shown in unset else str(shown)), name


def test_the_example_can_be_used_as_it_is(put: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
