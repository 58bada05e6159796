"""A person at the page: what they do reaches the bot, what the bot does reaches them."""

import pytest
from slack_sdk import WebClient

from demo import cast
from demo.person import NotThere, Person, Trouble, words
from demo.workspace import Workspace
from tests.demo.botside import Json, ScriptedBot
from tests.demo.forms import buttons, field, modal, opens, option, words_of

ALL_FIELDS = modal(
    field("Topic", "topic", {"type": "plain_text_input"}),
    field("How", "how", {"type": "static_select", "options": [option("Video"), option("Phone")]}),
    field("Who", "who", {"type": "users_select"}),
    field("Members", "members", {"type": "multi_users_select"}),
    field("Where", "where", {"type": "conversations_select"}),
    field("Date", "date", {"type": "datepicker", "initial_date": "2027-01-20"}),
    field("Time", "time", {"type": "timepicker", "timezone": "America/New_York"}),
    field("Also", "also", {"type": "checkboxes", "options": [option("Agenda"), option("Notes")]}),
    field("One of", "one", {"type": "radio_buttons", "options": [option("Draft"), option("Shared")]}),
    field("Minutes", "minutes", {"type": "number_input", "is_decimal_allowed": False}),
    field("Link", "link", {"type": "url_text_input"}, optional=True),
)


def test_a_form_is_opened_filled_and_submitted(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    bot.on("command", opens(client, ALL_FIELDS))
    ana.command("/coach schedule tomorrow", channel="#practice-circle")
    ana.fill(
        {
            "Topic": "Intake",
            "How": "Phone",
            "Who": "Bo Jensen",
            "Members": ["Ana Torres", "Dee Novak"],
            "Where": "#general",
            "time": "14:30",
            "Also": ["Notes"],
            "One of": "Shared",
            "Minutes": 60,
        }
    )
    assert ana.submit() == {}
    assert not ana.has_modal
    values = {b: v["value"] for b, v in bot.last("view_submission")["view"]["state"]["values"].items()}
    assert values["topic"] == {"type": "plain_text_input", "value": "Intake"}
    assert values["how"]["selected_option"] == option("Phone")
    assert values["who"] == {"type": "users_select", "selected_user": cast.BO}
    assert values["members"]["selected_users"] == [cast.ANA, cast.DEE]
    assert values["where"]["selected_conversation"] == cast.GENERAL
    assert values["date"] == {"type": "datepicker", "selected_date": "2027-01-20"}
    assert values["time"] == {"type": "timepicker", "selected_time": "14:30"}
    assert values["also"]["selected_options"] == [option("Notes")]
    assert values["one"]["selected_option"] == option("Shared")
    assert values["minutes"] == {"type": "number_input", "value": "60"}
    assert values["link"] == {"type": "url_text_input", "value": None}


def test_a_button_in_a_message_is_pressed(client: WebClient, bot: ScriptedBot, bo: Person) -> None:
    client.chat_postMessage(channel=cast.BO, text="Coming?", blocks=[buttons("Yes", "No")])
    [message] = bo.dm()
    bo.click("No", in_=message)
    payload = bot.last("block_actions")
    assert payload["actions"][0]["value"] == "no"
    assert payload["message"]["ts"] == message["ts"]
    assert payload["user"]["id"] == cast.BO


def test_the_clicked_message_is_updated(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    def settle(payload: Json) -> None:
        where = {"channel": payload["channel"]["id"], "ts": payload["message"]["ts"]}
        client.chat_update(**where, text="Settled", blocks=[])

    bot.on("block_actions", settle)
    client.chat_postMessage(channel=cast.PRACTICE_CIRCLE, text="Coming?", blocks=[buttons("Yes")])
    ana.click("Yes", in_=ana.messages("#practice-circle")[0])
    [message] = ana.messages("#practice-circle")
    assert (message["text"], message["blocks"], message["edited"]) == ("Settled", None, True)


def test_a_menu_that_tells_at_once_rebuilds_the_form(
    client: WebClient, bot: ScriptedBot, ana: Person
) -> None:
    menu = {"type": "static_select", "options": [option("Video"), option("Phone")]}
    first = modal(
        field("Topic", "topic", {"type": "plain_text_input"}),
        field("How", "how", menu, dispatch_action=True),
    )
    second = modal(*first["blocks"], field("Number", "number", {"type": "plain_text_input"}))
    bot.on("command", opens(client, first))
    bot.on("block_actions", lambda p: client.views_update(view_id=p["view"]["id"], view=second))
    ana.command("/coach schedule")
    ana.fill({"Topic": "Intake", "How": "Phone", "Number": "555 0100"})
    assert ana.submit() == {}
    values = bot.last("view_submission")["view"]["state"]["values"]
    assert {b: v["value"].get("value") for b, v in values.items()} == {
        "topic": "Intake",
        "how": None,
        "number": "555 0100",
    }


def test_what_was_typed_outlives_a_refilled_field(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    def form(topic: str, place: str) -> Json:
        text = {"type": "plain_text_input", "initial_value": "from the bot"}
        return modal(field("Topic", topic, text), field("Place", place, text))

    bot.on("command", opens(client, form("topic", "place")))
    bot.on("view_submission", lambda _: {"response_action": "update", "view": form("topic", "place.2")})
    ana.command("/coach schedule")
    ana.fill({"Topic": "typed", "Place": "typed"})
    ana.submit()
    assert ana.values["topic"]["value"]["value"] == "typed"
    assert ana.values["place.2"]["value"]["value"] == "from the bot"


def test_errors_of_the_bot_stand_at_their_fields(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    bot.on("command", opens(client, modal(field("Topic", "topic", {"type": "plain_text_input"}))))
    bot.on("view_submission", lambda _: {"response_action": "errors", "errors": {"topic": "Taken."}})
    ana.command("/coach")
    ana.fill({"Topic": "Intake"})
    assert ana.submit() == {"topic": "Taken."}
    assert ana.modal["errors"] == {"topic": "Taken."}


def test_looking_for_what_is_not_there_says_what_is(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    bot.on("command", opens(client, modal(field("Topic", "topic", {"type": "plain_text_input"}))))
    with pytest.raises(NotThere, match="no modal is open"):
        ana.fill({"Topic": "x"})
    ana.command("/coach")
    with pytest.raises(NotThere, match="'Topic' \\(topic\\)"):
        ana.fill({"Theme": "x"})
    client.chat_postMessage(channel=cast.ANA, text="Coming?", blocks=[buttons("Yes", "No")])
    with pytest.raises(NotThere, match=r"\['Yes', 'No'\]"):
        ana.click("Perhaps", in_=ana.dm()[0])


def test_of_two_buttons_with_the_same_words_one_is_named(
    client: WebClient, bot: ScriptedBot, ana: Person
) -> None:
    blocks = [buttons("Open", block_id="first"), buttons("Open", block_id="second")]
    client.chat_postMessage(channel=cast.ANA, text="Two", blocks=blocks)
    with pytest.raises(NotThere, match="2 things"):
        ana.click("Open", in_=ana.dm()[0])
    ana.click("Open", in_=ana.dm()[0], nth=1)
    assert bot.last("block_actions")["actions"][0]["block_id"] == "second"


def test_a_silent_bot_is_trouble(bot: ScriptedBot, ana: Person) -> None:
    bot.on("command", lambda _: (500, "broken"))
    with pytest.raises(Trouble, match="dispatch_failed"):
        ana.command("/coach")
    assert ana.notices() == ['/coach failed with the error "dispatch_failed"']


def test_home_is_drawn_when_it_is_opened(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    view = {"type": "home", "blocks": [{"type": "section", "text": words_of("Your next sessions")}]}
    bot.on("app_home_opened", lambda e: client.views_publish(user_id=e["event"]["user"], view=view))
    assert words(ana.open_home()["blocks"]) == "Your next sessions"


def test_external_menus_ask_the_bot(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    zone = field("Zone", "zone", {"type": "external_select", "min_query_length": 1})
    bot.on("command", opens(client, modal(zone)))
    bot.on("block_suggestion", lambda p: {"options": [option(p["value"]), option("Other")]})
    ana.command("/coach settings")
    ana.fill({"Zone": "Berlin"})
    assert ana.values["zone"]["value"]["selected_option"] == option("Berlin")


def test_people_write_and_read(workspace: Workspace, bot: ScriptedBot, ana: Person, bo: Person) -> None:
    ts = ana.say("Is 3 < 4 & true?", "#practice-circle")
    bo.say("Yes", "#practice-circle", thread_ts=ts)
    [message] = bo.messages("#practice-circle")
    assert (message["text"], message["reply_count"]) == ("Is 3 &lt; 4 &amp; true?", 1)
    assert [m["text"] for m in ana.thread("#practice-circle", ts)] == ["Yes"]
    assert bot.received == []
