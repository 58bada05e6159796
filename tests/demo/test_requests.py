"""What the bot is sent: signed, and shaped as Slack shapes it."""

import pytest
from slack_sdk import WebClient

from demo import cast
from demo.delivery import signature
from demo.person import Person, Refused
from demo.server import LocalWorkspace
from demo.workspace import Workspace
from tests.demo.botside import ScriptedBot
from tests.demo.forms import buttons, field, home, modal, opens, option, section, words_of


def test_the_signature_is_the_one_of_slacks_documentation() -> None:
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == expected


def test_everything_is_signed(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    bot.on("command", opens(client, modal(field("Topic", "topic"), notify_on_close=True)))
    ana.command("/coach schedule Dienstag, 10 Uhr äöü 🌱")
    ana.fill({"Topic": "Für Bo & Dee"})
    ana.submit()
    ana.command("/coach")
    ana.close()
    ana.open()
    kinds = [received.kind for received in bot.received]
    assert kinds == ["command", "view_submission", "command", "view_closed", "app_home_opened"]
    assert all(received.signed for received in bot.received)


def test_a_command_is_a_form(bot: ScriptedBot, ana: Person, local: LocalWorkspace) -> None:
    ana.command("/coach   schedule  Dec 8 10am ", channel="#general")
    form = bot.last("command")
    assert (form["command"], form["text"]) == ("/coach", "schedule  Dec 8 10am")
    assert (form["channel_id"], form["channel_name"]) == (cast.GENERAL, "general")
    assert (form["user_id"], form["user_name"]) == (cast.ANA, "ana")
    assert (form["team_id"], form["team_domain"]) == ("T0RIVERBEND", "riverbend")
    assert (form["api_app_id"], form["is_enterprise_install"]) == ("A0COACHAPP", "false")
    assert form["response_url"].startswith(f"{local.url}/hooks/commands/")
    assert form["trigger_id"]


def test_private_names_stay_private(bot: ScriptedBot, ana: Person) -> None:
    ana.command("/coach", channel="#leads-lounge")
    assert bot.last("command")["channel_name"] == "privategroup"
    ana.command("/coach")
    assert bot.last("command")["channel_name"] == "directmessage"


def test_a_click_in_a_message_brings_the_message(client: WebClient, bot: ScriptedBot, bo: Person) -> None:
    card = client.chat_postMessage(channel=cast.PRACTICE_CIRCLE, text="Card")["ts"]
    blocks = [buttons("Yes")]
    line = client.chat_postMessage(channel=cast.PRACTICE_CIRCLE, text="Line", thread_ts=card, blocks=blocks)
    bo.click("Yes", in_=bo.thread("#practice-circle", card)[0])
    payload = bot.last("block_actions")
    assert payload["container"] == {
        "type": "message",
        "message_ts": line["ts"],
        "channel_id": cast.PRACTICE_CIRCLE,
        "is_ephemeral": False,
        "thread_ts": card,
    }
    assert payload["channel"] == {"id": cast.PRACTICE_CIRCLE, "name": "privategroup"}
    assert payload["message"]["thread_ts"] == card
    assert payload["message"]["blocks"] == line["message"]["blocks"]
    assert payload["user"] == {"id": cast.BO, "username": "bo", "name": "bo", "team_id": "T0RIVERBEND"}
    assert payload["team"] == {"id": "T0RIVERBEND", "domain": "riverbend"}
    assert (payload["enterprise"], payload["is_enterprise_install"]) == (None, False)
    assert payload["state"] == {"values": {}}
    [action] = payload["actions"]
    assert float(action.pop("action_ts")) == 1799766000
    assert action == {
        "type": "button",
        "block_id": "buttons",
        "action_id": "press.Yes",
        "text": words_of("Yes"),
        "value": "yes",
    }


def test_a_click_in_an_ephemeral_message_does_not(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    client.chat_postEphemeral(channel=cast.GENERAL, user=cast.ANA, text="x", blocks=[buttons("Yes")])
    ana.click("Yes", in_=ana.ephemerals("#general")[0])
    payload = bot.last("block_actions")
    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload


def test_a_shortcut_brings_one_message_whoever_wrote_it(bot: ScriptedBot, ana: Person, bo: Person) -> None:
    ts = bo.say("Ask first, then advise", "#practice-circle")
    [message] = [one for one in ana.messages("#practice-circle") if one["ts"] == ts]
    ana.use(message, "Add to coaching notes")
    payload = bot.last("message_action")
    assert (payload["callback_id"], payload["message_ts"]) == ("add_to_notes", ts)
    assert payload["channel"] == {"id": cast.PRACTICE_CIRCLE, "name": "privategroup"}
    assert (payload["message"]["user"], payload["message"]["text"]) == (cast.BO, "Ask first, then advise")
    assert payload["user"]["id"] == cast.ANA
    assert payload["trigger_id"]
    assert "/hooks/actions/" in payload["response_url"]
    assert "state" not in payload
    assert "actions" not in payload


def test_a_message_that_one_person_sees_has_no_such_menu(
    client: WebClient, bot: ScriptedBot, ana: Person
) -> None:
    client.chat_postEphemeral(channel=cast.GENERAL, user=cast.ANA, text="x")
    with pytest.raises(Refused):
        ana.use(ana.ephemerals("#general")[0], "Add to coaching notes")


def test_a_menu_brings_the_option(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    more = {"type": "overflow", "action_id": "more", "options": [option("Move"), option("Cancel")]}
    client.chat_postMessage(channel=cast.ANA, text="Card", blocks=[{**section("Card"), "accessory": more}])
    ana.click("Cancel", in_=ana.dm()[0])
    [action] = bot.last("block_actions")["actions"]
    assert (action["type"], action["selected_option"]) == ("overflow", option("Cancel"))
    assert "text" not in action


def test_a_click_in_a_modal_brings_the_state(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    circle = {"type": "static_select", "options": [option("Tuesday"), option("Friday")]}
    form = modal(
        field("Topic", "topic"), field("Circle", "circle", circle, dispatch_action=True), buttons("Help")
    )
    bot.on("command", opens(client, form))
    ana.command("/coach schedule")
    ana.fill({"Topic": "Intake", "Circle": "Friday"})
    payload = bot.last("block_actions")
    assert payload["container"] == {"type": "view", "view_id": ana.modal["id"]}
    assert payload["view"]["state"]["values"] == {
        "topic": {"value": {"type": "plain_text_input", "value": "Intake"}},
        "circle": {"value": {"type": "static_select", "selected_option": option("Friday")}},
    }
    assert payload["actions"][0]["selected_option"] == option("Friday")
    assert "response_url" not in payload
    ana.click("Help")
    assert bot.last("block_actions")["actions"][0]["action_id"] == "press.Help"


def test_a_submission_brings_untouched_fields_too(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    fields = [
        field(kind, kind, {"type": kind, **more}, optional=True)
        for kind, more in {
            "plain_text_input": {},
            "users_select": {},
            "multi_users_select": {},
            "conversations_select": {},
            "datepicker": {},
            "timepicker": {},
            "datetimepicker": {},
            "external_select": {},
            "checkboxes": {"options": [option("A")]},
            "radio_buttons": {"options": [option("A")]},
            "multi_static_select": {"options": [option("A")]},
            "rich_text_input": {},
            "file_input": {},
        }.items()
    ]
    bot.on("command", opens(client, modal(*fields, private_metadata="draft 7")))
    ana.command("/coach")
    ana.submit()
    view = bot.last("view_submission")["view"]
    values = {block_id: entry["value"] for block_id, entry in view["state"]["values"].items()}
    assert {kind: {k: v for k, v in value.items() if k != "type"} for kind, value in values.items()} == {
        "plain_text_input": {"value": None},
        "users_select": {"selected_user": None},
        "multi_users_select": {"selected_users": []},
        "conversations_select": {"selected_conversation": None},
        "datepicker": {"selected_date": None},
        "timepicker": {"selected_time": None},
        "datetimepicker": {"selected_date_time": None},
        "external_select": {"selected_option": None},
        "checkboxes": {"selected_options": []},
        "radio_buttons": {"selected_option": None},
        "multi_static_select": {"selected_options": []},
        "rich_text_input": {"rich_text_value": None},
        "file_input": {"files": []},
    }
    assert (view["private_metadata"], view["callback_id"]) == ("draft 7", "form")
    assert bot.last("view_submission")["response_urls"] == []


def test_a_form_may_give_an_address_to_answer_at(
    client: WebClient, bot: ScriptedBot, ana: Person, local: LocalWorkspace
) -> None:
    where = field("Where", "where", {"type": "conversations_select", "response_url_enabled": True})
    bot.on("command", opens(client, modal(where)))
    ana.command("/coach")
    ana.fill({"Where": "#general"})
    ana.submit()
    [answer] = bot.last("view_submission")["response_urls"]
    assert (answer["block_id"], answer["action_id"], answer["channel_id"]) == ("where", "value", cast.GENERAL)
    assert answer["response_url"].startswith(f"{local.url}/hooks/app/")


def test_a_closed_form_is_told_if_it_asked(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    bot.on("command", opens(client, modal(section("x"))))
    ana.command("/coach")
    ana.close()
    assert bot.all("view_closed") == []
    bot.on("command", opens(client, modal(section("x"), notify_on_close=True, private_metadata="draft 7")))
    ana.command("/coach")
    ana.close()
    payload = bot.last("view_closed")
    assert (payload["view"]["private_metadata"], payload["is_cleared"]) == ("draft 7", False)


def test_closing_everything_says_so(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    view = modal(buttons("Deeper"), notify_on_close=True)
    bot.on("command", opens(client, view))
    bot.on("block_actions", lambda p: client.views_push(trigger_id=p["trigger_id"], view=view))
    ana.command("/coach")
    ana.click("Deeper")
    lower, upper = (modal["id"] for modal in ana.modals)
    ana.close(everything=True)
    closed = [received.payload for received in bot.all("view_closed")]
    assert [payload["view"]["id"] for payload in closed] == [upper, lower]
    assert all(payload["is_cleared"] for payload in closed)


def test_an_external_menu_brings_the_words(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    zone = field("Zone", "zone", {"type": "external_select", "min_query_length": 1})
    bot.on("command", opens(client, modal(zone, private_metadata="7")))
    bot.on("block_suggestion", lambda _: {"options": [option("Berlin")]})
    ana.command("/coach")
    ana.fill({"Zone": "Berlin"})
    payload = bot.last("block_suggestion")
    assert (payload["value"], payload["block_id"], payload["action_id"]) == ("Berlin", "zone", "value")
    assert payload["view"]["private_metadata"] == "7"


def test_looking_at_home_is_an_event(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    client.views_publish(user_id=cast.ANA, view=home(section("Hello")))
    ana.open_home()
    envelope = bot.last("app_home_opened")
    assert (envelope["type"], envelope["team_id"], envelope["api_app_id"]) == (
        "event_callback",
        "T0RIVERBEND",
        "A0COACHAPP",
    )
    event = envelope["event"]
    assert (event["user"], event["tab"], event["channel"]) == (cast.ANA, "home", ana.channel_id())
    assert event["view"]["id"] == ana.home["id"]
    assert envelope["event_time"] == 1799766000
    ana.open()
    assert bot.last("app_home_opened")["event"]["tab"] == "messages"
    assert bot.last("app_home_opened")["event_id"] != envelope["event_id"]


def test_looking_at_a_channel_is_none(bot: ScriptedBot, ana: Person) -> None:
    ana.open("#general")
    assert bot.received == []


def test_who_leaves_or_moves_is_an_event(
    bot: ScriptedBot, workspace: Workspace, local: LocalWorkspace
) -> None:
    eli = Person(local.url, cast.ELI)
    eli.travel("Asia/Tokyo")
    user = bot.last("user_change")["event"]["user"]
    assert (user["id"], user["tz"], user["tz_label"]) == (cast.ELI, "Asia/Tokyo", "Japan Standard Time")
    eli.leave_slack()
    assert bot.last("user_change")["event"]["user"]["deleted"]
    assert workspace.people[cast.ELI].deleted


def test_an_event_that_is_not_taken_comes_again(local: LocalWorkspace, bot: ScriptedBot) -> None:
    bot.on("channel_archive", lambda _: (500, "broken"))
    assert not local.fire({"type": "channel_archive", "channel": cast.GENERAL})
    first, second, third = bot.wait_for("channel_archive", 3)
    assert "x-slack-retry-num" not in first.headers
    assert [r.headers["x-slack-retry-num"] for r in (second, third)] == ["1", "2"]
    assert second.headers["x-slack-retry-reason"] == "http_error"
    assert first.payload["event_id"] == second.payload["event_id"] == third.payload["event_id"]
    assert all(received.signed for received in (first, second, third))


def test_an_event_that_is_taken_late_stops_coming(local: LocalWorkspace, bot: ScriptedBot) -> None:
    bot.on("channel_archive", lambda _: "" if len(bot.all("channel_archive")) > 1 else (500, "broken"))
    local.fire({"type": "channel_archive", "channel": cast.GENERAL})
    assert len(bot.wait_for("channel_archive", 2)) == 2


def test_a_new_address_is_asked_for_the_challenge(local: LocalWorkspace, bot: ScriptedBot) -> None:
    bot.on("url_verification", lambda request: {"challenge": request["challenge"]})
    assert local.verify_url()
    bot.on("url_verification", lambda _: "hello")
    assert not local.verify_url()
