"""What a person presses or chooses, and what an external menu offers them."""

from demo import limits, payloads, tickets
from demo.blocks import find_element
from demo.delivery import Answer
from demo.doers import TROUBLE, Doer, NotPossible, blocks_of
from demo.records import Hook, Json, Message, View
from demo.state import State, complete_state


async def click(
    doer: Doer, container: Json, block_id: str, action_id: str, given: Json, state: State
) -> str | None:
    """A button, menu or picker was used; returns the notice when the bot did not take it."""
    place = doer.place(container)
    element = find_element(blocks_of(place), block_id, action_id)
    if element is None:
        raise NotPossible(
            f"There is nothing to press with block_id {block_id!r} and action_id {action_id!r}."
        )
    view_id = place.id if isinstance(place, View) and place.body.get("type") == "modal" else None
    act = doer.act(view_id)
    action = payloads.action_of(element, block_id, given, act.ts)
    full = complete_state(blocks_of(place), state)
    if isinstance(place, Message):
        payload = payloads.message_click(act, place, action, full, _hook_of(doer, place))
    else:
        payload = payloads.view_click(act, place, action, full)
    answer = await doer.local.line.interaction(payload, f"click {payloads.element_label(element)}")
    return None if answer.good else doer.tell(_click_notice(place, answer))


def _hook_of(doer: Doer, message: Message) -> Hook:
    return tickets.new_hook(
        doer.local.workspace,
        doer.person.id,
        message.channel,
        doer.now,
        thread_ts=message.thread_ts,
        message_ts=message.ts,
    )


def _click_notice(place: Message | View, answer: Answer) -> str:
    if isinstance(place, View) and place.body.get("type") == "modal":
        return TROUBLE
    if answer.failure == "timeout":
        return "Operation timed out. Apps need to respond within 3 seconds."
    return "This app responded with an error" + (f" (status code {answer.status})." if answer.status else ".")


async def use_shortcut(doer: Doer, channel_id: str, ts: str, callback_id: str) -> str | None:
    """An entry that the bot adds to the menu of a message; returns the notice when it was not taken."""
    message = doer.message(channel_id, ts)
    words = doer.local.workspace.bot.shortcuts.get(callback_id)
    if words is None or message.only_for is not None:
        raise NotPossible("There is no such entry in the menu of this message.")
    payload = payloads.message_action(doer.act(), message, callback_id, _hook_of(doer, message))
    answer = await doer.local.line.interaction(payload, f"shortcut {words}")
    return None if answer.good else doer.tell(_click_notice(message, answer))


async def options(doer: Doer, container: Json, block_id: str, action_id: str, query: str) -> Json:
    """What an external menu offers for the words typed so far."""
    place = doer.place(container)
    if find_element(blocks_of(place), block_id, action_id) is None:
        raise NotPossible("There is no such menu.")
    payload = payloads.suggestion(doer.act(), place, block_id, action_id, query)
    answer = await doer.local.line.interaction(payload, f"options for {query!r}")
    reply = answer.json() if answer.good else None
    if reply is None or limits.problems_of_options(reply):
        doer.tell(TROUBLE)
        return {"options": [], "option_groups": None}
    return {"options": reply.get("options") or [], "option_groups": reply.get("option_groups")}
