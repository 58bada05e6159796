"""A workspace kept as a file is the same workspace."""

import pytest
from slack_sdk import WebClient

from demo import cast
from demo.archive import from_json, to_json
from demo.person import Person
from demo.server import LocalWorkspace
from tests.demo.botside import ScriptedBot
from tests.demo.conftest import START
from tests.demo.forms import buttons, field, home, modal, opens, section


def lived_in(local: LocalWorkspace, client: WebClient, bot: ScriptedBot) -> None:
    """Something of every kind."""
    ana = Person(local.url, cast.ANA)
    card = client.chat_postMessage(channel=cast.GENERAL, text="Card", blocks=[buttons("Yes")])["ts"]
    ana.say("Line", "#general", thread_ts=card)
    client.chat_postEphemeral(channel=cast.GENERAL, user=cast.ANA, text="Only you")
    client.files_upload_v2(channel=cast.GENERAL, filename="a.png", content=b"\x89PNG")
    client.views_publish(user_id=cast.BO, view=home(section("Home")))
    bot.on("command", opens(client, modal(field("Topic", "topic"))))
    ana.command("/coach")
    local.workspace.tell(cast.DEE, "Something went wrong.")


def test_nothing_is_lost(local: LocalWorkspace, client: WebClient, bot: ScriptedBot) -> None:
    lived_in(local, client, bot)
    text = to_json(local.workspace)
    again = from_json(text)
    assert to_json(again) == text
    before, after = local.workspace, again
    for part in (
        "team",
        "bot",
        "people",
        "channels",
        "messages",
        "files",
        "stacks",
        "homes",
        "hooks",
        "notices",
    ):
        assert getattr(after, part) == getattr(before, part), part


def test_life_goes_on_after_loading(local: LocalWorkspace, client: WebClient, bot: ScriptedBot) -> None:
    lived_in(local, client, bot)
    old = client.chat_postMessage(channel=cast.GENERAL, text="Before")["ts"]
    local.load(from_json(to_json(local.workspace)))
    assert client.chat_postMessage(channel=cast.GENERAL, text="After")["ts"] > old
    ana = Person(local.url, cast.ANA)
    ana.fill({"Topic": "Intake"})
    assert ana.submit() == {}
    assert [m["text"] for m in ana.messages("#general")][-2:] == ["Before", "After"]


def test_other_files_are_refused() -> None:
    for text in ("[]", "{}", '{"version": 0}', "nothing"):
        with pytest.raises(ValueError, match=r"workspace|Expecting"):
            from_json(text)


def test_each_sample_workspace_has_its_own_token() -> None:
    assert cast.riverbend(START).bot.token != cast.riverbend(START).bot.token


def test_the_look_up_scope_is_optional() -> None:
    assert "im:history" in cast.riverbend(START).bot.scopes
    assert "im:history" not in cast.riverbend(START, look_up=False).bot.scopes
