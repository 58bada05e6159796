"""views.*: triggers, the stack of modals, races, Home tabs."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from demo import cast
from demo.local import Timing
from demo.person import Person
from demo.server import LocalWorkspace
from demo.workspace import Workspace
from tests.demo.botside import Json, ScriptedBot
from tests.demo.forms import buttons, field, home, modal, opens, pushes, refused, section, words_of

FORM = modal(field("Topic", "topic"))


@pytest.fixture
def trigger(bot: ScriptedBot, ana: Person) -> str:
    """Of a command that Ana has just given."""
    ana.command("/coach")
    return str(bot.last("command")["trigger_id"])


def test_a_trigger_opens_one_modal(client: WebClient, trigger: str, ana: Person) -> None:
    view = client.views_open(trigger_id=trigger, view={**FORM, "private_metadata": "7"})["view"]
    assert (view["type"], view["private_metadata"], view["root_view_id"]) == ("modal", "7", view["id"])
    assert (view["previous_view_id"], view["app_id"], view["bot_id"]) == (None, "A0COACHAPP", "B0COACHBOT")
    assert ana.modal["id"] == view["id"]
    refused("exchanged_trigger_id", client.views_open, trigger_id=trigger, view=FORM)


def test_a_trigger_gets_old(
    client: WebClient, local: LocalWorkspace, bot: ScriptedBot, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local.local, "timing", Timing(trigger=-1.0))
    ana.command("/coach")
    trigger = bot.last("command")["trigger_id"]
    refused("expired_trigger_id", client.views_open, trigger_id=trigger, view=FORM)


def test_a_trigger_must_be_one(client: WebClient) -> None:
    refused("invalid_trigger_id", client.views_open, trigger_id="1.2.3", view=FORM)
    refused("invalid_arguments", client.api_call, api_method="views.open", json={"view": FORM})


def test_a_bad_view_uses_up_no_trigger(client: WebClient, trigger: str) -> None:
    refused("invalid_arguments", client.views_open, trigger_id=trigger, view=modal())
    refused("invalid_arguments", client.views_open, trigger_id=trigger, view=home(section("x")))
    refused("invalid_arguments", client.api_call, api_method="views.open", json={"trigger_id": trigger})
    heavy = modal(*[section("x" * 3000)] * 90)
    refused("view_too_large", client.views_open, trigger_id=trigger, view=heavy)
    assert client.views_open(trigger_id=trigger, view=FORM)["ok"]


def test_a_refused_view_says_where(client: WebClient, trigger: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.views_open(trigger_id=trigger, view={**FORM, "submit": None})
    [message] = caught.value.response["response_metadata"]["messages"]
    assert "needs submit" in message


def open_with_button(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    """A modal whose button pushes another of the same kind."""
    view = modal(buttons("Deeper"))
    bot.on("command", opens(client, view))
    bot.on("block_actions", pushes(client, view))
    ana.command("/coach")


def test_modals_lie_three_deep(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    open_with_button(client, bot, ana)
    for _ in range(2):
        ana.click("Deeper")
    first, second, third = ana.modals
    payload = bot.last("block_actions")
    assert payload["view"]["id"] == second["id"]
    assert payload["view"]["previous_view_id"] == payload["view"]["root_view_id"] == first["id"]
    bot.on("block_actions", lambda p: refused("push_limit_reached", pushes(client, FORM), payload=p))
    ana.click("Deeper")
    assert ana.modal["id"] == third["id"]


def test_only_a_modal_is_pushed_onto(client: WebClient, trigger: str) -> None:
    refused("not_found", client.views_push, trigger_id=trigger, view=FORM)


def test_an_update_replaces_what_the_person_sees(client: WebClient, trigger: str, ana: Person) -> None:
    view = client.views_open(trigger_id=trigger, view={**FORM, "external_id": "mine"})["view"]
    changed = {**FORM, "title": words_of("Another")}
    newer = client.views_update(view_id=view["id"], view=changed, hash=view["hash"])["view"]
    assert (newer["id"], ana.modal["title"]) == (view["id"], "Another")
    assert newer["hash"] != view["hash"]
    refused("hash_conflict", client.views_update, view_id=view["id"], view=FORM, hash=view["hash"])
    refused("not_found", client.views_update, view_id="V0NOTHING", view=FORM)


def test_an_external_id_finds_one_view(
    client: WebClient, bot: ScriptedBot, trigger: str, ana: Person
) -> None:
    mine = {**FORM, "external_id": "mine"}
    client.views_open(trigger_id=trigger, view=mine)
    assert client.views_update(external_id="mine", view={**mine, "title": words_of("Found")})["ok"]
    assert ana.modal["title"] == "Found"
    ana.command("/coach")
    again = bot.last("command")["trigger_id"]
    refused("duplicate_external_id", client.views_open, trigger_id=again, view=mine)


def test_a_closed_modal_is_not_found(client: WebClient, trigger: str, ana: Person) -> None:
    view = client.views_open(trigger_id=trigger, view=FORM)["view"]
    ana.close()
    refused("not_found", client.views_update, view_id=view["id"], view=FORM)


def test_home_is_published_for_one_person(client: WebClient, ana: Person, bo: Person) -> None:
    first = client.views_publish(user_id=cast.ANA, view=home(section("Hers")))["view"]
    assert ana.home["blocks"][0]["text"]["text"] == "Hers"
    assert bo.state()["home"] is None
    second = client.views_publish(user_id=cast.ANA, view=home(section("New")), hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    stale = {"user_id": cast.ANA, "view": home(section("Old")), "hash": first["hash"]}
    refused("hash_conflict", client.views_publish, **stale)
    refused("user_not_found", client.views_publish, user_id="U0NOBODY", view=home(section("x")))
    refused("invalid_arguments", client.views_publish, user_id=cast.ANA, view=FORM)


def test_a_view_may_be_json_in_a_string(client: WebClient, trigger: str, workspace: Workspace) -> None:
    text = '{"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [{"type": "divider"}]}'
    client.api_call("views.open", data={"trigger_id": trigger, "view": text})
    assert workspace.stacks[cast.ANA][0].body["title"]["text"] == "T"


def test_ids_that_are_left_out_stay_the_same(client: WebClient, trigger: str, ana: Person) -> None:
    def view(text: str) -> Json:
        return modal(section("Same"), section(text))

    opened = client.views_open(trigger_id=trigger, view=view("one"))["view"]
    before = [block["block_id"] for block in opened["blocks"]]
    updated = client.views_update(view_id=opened["id"], view=view("two"))["view"]
    after = [block["block_id"] for block in updated["blocks"]]
    assert before[0] == after[0]
    assert len(ana.modal["blocks"]) == 2
