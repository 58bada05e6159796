"""What the bot answers, and what people see of it."""

import threading
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from demo import cast
from demo.clock import SteppingClock
from demo.person import Person, Trouble
from tests.demo.botside import Json, ScriptedBot
from tests.demo.forms import buttons, field, modal, opens, option, section

FORM = modal(field("Topic", "topic"), section("Words"))
TROUBLE = "We had some trouble connecting. Try again?"


@pytest.fixture
def form(client: WebClient, bot: ScriptedBot, ana: Person) -> Person:
    """Ana before an open form, filled."""
    bot.on("command", opens(client, FORM))
    ana.command("/coach")
    ana.fill({"Topic": "Intake"})
    return ana


@pytest.fixture
def never() -> Any:
    """A script that does not answer before the test is over."""
    over = threading.Event()
    yield lambda _: over.wait(5)
    over.set()


def test_an_empty_answer_shows_nothing(bot: ScriptedBot, ana: Person) -> None:
    ana.command("/coach")
    assert (ana.dm(), ana.ephemerals(), ana.notices()) == ([], [], [])


def test_a_text_is_for_the_person_alone(bot: ScriptedBot, ana: Person, bo: Person) -> None:
    bot.on("command", lambda _: "Here you are")
    ana.command("/coach help", channel="#general")
    assert [m["text"] for m in ana.ephemerals("#general")] == ["Here you are"]
    assert bo.ephemerals("#general") == []


def test_json_may_speak_to_the_channel(bot: ScriptedBot, ana: Person, bo: Person) -> None:
    bot.on(
        "command", lambda _: {"response_type": "in_channel", "text": "To all", "blocks": [section("To all")]}
    )
    ana.command("/coach help", channel="#general")
    assert [m["text"] for m in bo.messages("#general")] == ["To all"]
    bot.on("command", lambda _: {"text": "To you"})
    ana.command("/coach help", channel="#general")
    assert [m["text"] for m in ana.ephemerals("#general")] == ["To you"]


@pytest.mark.parametrize(("reply", "word"), [((500, "x"), "dispatch_failed"), ((404, ""), "dispatch_failed")])
def test_a_command_that_fails_says_so(bot: ScriptedBot, ana: Person, reply: Any, word: str) -> None:
    bot.on("command", lambda _: reply)
    with pytest.raises(Trouble, match=word):
        ana.command("/coach")


def test_a_command_that_gets_no_answer_says_so(bot: ScriptedBot, ana: Person, never: Any) -> None:
    bot.on("command", never)
    with pytest.raises(Trouble, match='/coach failed with the error "operation_timeout"'):
        ana.command("/coach")


def test_a_command_that_answers_with_bad_blocks_says_so(bot: ScriptedBot, ana: Person) -> None:
    bot.on("command", lambda _: {"text": "x", "blocks": [{"type": "sektion"}]})
    with pytest.raises(Trouble, match="invalid_blocks"):
        ana.command("/coach")


def test_an_unknown_command_never_leaves_slack(bot: ScriptedBot, ana: Person) -> None:
    with pytest.raises(Trouble, match="`/couch` is not a valid command"):
        ana.command("/couch schedule")
    assert bot.received == []


def test_a_notice_is_gone_after_the_next_act(bot: ScriptedBot, ana: Person) -> None:
    with pytest.raises(Trouble):
        ana.command("/couch")
    ana.command("/coach")
    assert ana.notices() == []


def test_a_button_that_fails_says_so(client: WebClient, bot: ScriptedBot, ana: Person, never: Any) -> None:
    client.chat_postMessage(channel=cast.ANA, text="x", blocks=[buttons("Yes")])
    bot.on("block_actions", lambda _: (500, "broken"))
    with pytest.raises(Trouble, match="This app responded with an error"):
        ana.click("Yes", in_=ana.dm()[0])
    bot.on("block_actions", never)
    with pytest.raises(Trouble, match="respond within 3 seconds"):
        ana.click("Yes", in_=ana.dm()[0])


def test_a_button_of_a_form_that_fails_says_so(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    bot.on("command", opens(client, modal(buttons("More"))))
    bot.on("block_actions", lambda _: (500, "broken"))
    ana.command("/coach")
    with pytest.raises(Trouble, match=TROUBLE.removesuffix("?")):
        ana.click("More")


@pytest.mark.parametrize("reply", ["", {}])
def test_an_empty_answer_closes_the_form(form: Person, bot: ScriptedBot, reply: Any) -> None:
    bot.on("view_submission", lambda _: reply)
    assert form.submit() == {}
    assert not form.has_modal


@pytest.mark.parametrize(
    "reply",
    [
        "ok",
        (500, ""),
        {"text": "hello"},
        {"response_action": "dance"},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"elsewhere": "Wrong."}},
        {"response_action": "update"},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "update", "view": {"type": "home", "blocks": [section("x")]}},
    ],
)
def test_a_senseless_answer_keeps_the_form(form: Person, bot: ScriptedBot, reply: Any) -> None:
    bot.on("view_submission", lambda _: reply)
    with pytest.raises(Trouble, match="trouble connecting"):
        form.submit()
    assert form.values["topic"]["value"]["value"] == "Intake"
    assert not form.modal["busy"]


def test_errors_belong_to_inputs(form: Person, bot: ScriptedBot) -> None:
    words = form.modal["blocks"][1]["block_id"]
    bot.on("view_submission", lambda _: {"response_action": "errors", "errors": {words: "Wrong."}})
    with pytest.raises(Trouble):
        form.submit()


def test_no_answer_keeps_the_form(form: Person, bot: ScriptedBot, never: Any) -> None:
    bot.on("view_submission", never)
    with pytest.raises(Trouble):
        form.submit()
    assert form.notices() == [TROUBLE]
    assert form.has_modal


def test_an_answer_may_lay_a_form_on_top(form: Person, bot: ScriptedBot) -> None:
    upper = modal(section("Sure?"))
    bot.on("view_submission", lambda _: {"response_action": "push", "view": upper})
    form.submit()
    assert len(form.modals) == 2
    bot.on("view_submission", lambda _: None)
    form.submit()
    assert [block["type"] for block in form.modal["blocks"]] == ["input", "section"]


def test_an_answer_may_clear_them_all(form: Person, bot: ScriptedBot) -> None:
    bot.on("view_submission", lambda _: {"response_action": "push", "view": FORM})
    form.submit()
    bot.on("view_submission", lambda _: {"response_action": "clear"})
    form.fill({"Topic": "x"})
    form.submit()
    assert not form.has_modal


def test_an_update_takes_the_errors_away(form: Person, bot: ScriptedBot) -> None:
    bot.on("view_submission", lambda _: {"response_action": "errors", "errors": {"topic": "Taken."}})
    form.submit()
    bot.on("view_submission", lambda _: {"response_action": "update", "view": FORM})
    assert form.submit() == {}
    assert form.modal["errors"] == {}


WHOLE = {"type": "number_input", "is_decimal_allowed": False}
CLIENT_CHECKS: list[tuple[Json, object, str]] = [
    ({"type": "plain_text_input"}, None, "Please complete this required field."),
    ({"type": "plain_text_input"}, "", "Please complete this required field."),
    ({"type": "plain_text_input", "min_length": 3}, "ab", "Please write at least 3 characters."),
    ({"type": "plain_text_input", "max_length": 3}, "abcd", "Please write 3 characters at most."),
    ({"type": "plain_text_input"}, "x" * 3001, "Please write 3000 characters at most."),
    ({"type": "url_text_input"}, "example.com", "Please enter a valid URL."),
    ({"type": "url_text_input"}, "https://[", "Please enter a valid URL."),
    ({"type": "email_text_input"}, "ana at riverbend", "Please enter a valid email address."),
    (WHOLE, "1.5", "Please enter a whole number."),
    ({"type": "number_input", "is_decimal_allowed": True}, "many", "Please enter a number."),
    (
        {**WHOLE, "min_value": "15"},
        14,
        "Please enter 15 or more.",
    ),
    (
        {**WHOLE, "max_value": "240"},
        241,
        "Please enter 240 or less.",
    ),
    ({"type": "datepicker"}, "tomorrow", "Please choose a date."),
    ({"type": "timepicker"}, "noon", "Please choose a time."),
    ({"type": "multi_users_select"}, [], "Please complete this required field."),
    (
        {"type": "multi_users_select", "max_selected_items": 1},
        ["Ana Torres", "Bo Jensen"],
        "Please choose 1 at most.",
    ),
    ({"type": "checkboxes", "options": [option("A")]}, [], "Please complete this required field."),
]


@pytest.mark.parametrize(("element", "value", "error"), CLIENT_CHECKS)
def test_slack_checks_before_it_asks(
    client: WebClient, bot: ScriptedBot, ana: Person, element: Json, value: object, error: str
) -> None:
    bot.on("command", opens(client, modal(field("It", "it", element))))
    ana.command("/coach")
    ana.fill({"It": value})
    assert ana.submit() == {"it": error}
    assert bot.all("view_submission") == []


def test_what_may_be_left_out_is_not_asked_for(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    bot.on("command", opens(client, modal(field("Link", "link", {"type": "url_text_input"}, optional=True))))
    ana.command("/coach")
    assert ana.submit() == {}


# Addresses to answer at


def test_an_answer_later_is_for_the_person_alone(bot: ScriptedBot, ana: Person, bo: Person) -> None:
    ana.command("/coach", channel="#general")
    hook = WebhookClient(bot.last("command")["response_url"])
    assert hook.send(text="For you").status_code == 200
    assert hook.send(text="For all", response_type="in_channel").body == "ok"
    assert [m["text"] for m in ana.ephemerals("#general")] == ["For you"]
    assert [m["text"] for m in bo.messages("#general")] == ["For all"]


def test_an_address_works_five_times(bot: ScriptedBot, ana: Person) -> None:
    ana.command("/coach")
    hook = WebhookClient(bot.last("command")["response_url"])
    assert [hook.send(text="x").status_code for _ in range(6)] == [200] * 5 + [404]
    assert hook.send(text="x").body == "used_url"


def test_an_address_works_for_half_an_hour(bot: ScriptedBot, ana: Person, clock: SteppingClock) -> None:
    ana.command("/coach")
    hook = WebhookClient(bot.last("command")["response_url"])
    ana._post("clock", {"by_seconds": 30 * 60})
    assert hook.send(text="x").status_code == 200
    ana._post("clock", {"by_seconds": 1})
    assert (hook.send(text="x").status_code, hook.send(text="x").body) == (404, "expired_url")


def test_a_wrong_answer_uses_nothing_up(bot: ScriptedBot, ana: Person) -> None:
    ana.command("/coach")
    hook = WebhookClient(bot.last("command")["response_url"])
    assert hook.send(text="x", blocks=[{"type": "sektion"}]).body == "invalid_blocks"
    assert hook.send(text="").body == "no_text"
    assert [hook.send(text="x").status_code for _ in range(5)] == [200] * 5


def test_the_clicked_message_may_be_replaced_or_taken_away(
    client: WebClient, bot: ScriptedBot, ana: Person
) -> None:
    client.chat_postEphemeral(channel=cast.GENERAL, user=cast.ANA, text="Page 1", blocks=[buttons("Next")])
    ana.click("Next", in_=ana.ephemerals("#general")[0])
    assert bot.last("block_actions")["container"]["is_ephemeral"]
    hook = WebhookClient(bot.last("block_actions")["response_url"])
    hook.send(text="Page 2", replace_original=True)
    [page] = ana.ephemerals("#general")
    assert page["text"] == "Page 2"
    assert hook.send(delete_original=True).body == "ok"
    assert ana.ephemerals("#general") == []


def test_an_answer_in_a_thread_stays_there(client: WebClient, bot: ScriptedBot, ana: Person) -> None:
    card = client.chat_postMessage(channel=cast.GENERAL, text="Card")["ts"]
    client.chat_postMessage(channel=cast.GENERAL, text="Line", thread_ts=card, blocks=[buttons("Yes")])
    ana.click("Yes", in_=ana.thread("#general", card)[0])
    WebhookClient(bot.last("block_actions")["response_url"]).send(text="Noted")
    assert [m["text"] for m in ana.thread("#general", card)] == ["Line", "Noted"]
