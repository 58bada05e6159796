"""views.*: modals and Home tabs."""

import json

from demo import limits, tickets, windows
from demo.methods.call import Call, Method, Refused, refuse_with, unknown_pictures
from demo.objects import view_json
from demo.records import Json, Trigger, View


def open_view(call: Call) -> Json:
    body = _body(call, "modal")
    trigger = _use_trigger(call)
    return _answer(call, windows.open_modal(call.workspace, trigger.user, body))


def push(call: Call) -> Json:
    body = _body(call, "modal")
    trigger = _usable_trigger(call)
    stack = call.workspace.stacks.get(trigger.user, [])
    if trigger.view_id is None or not stack:
        raise Refused("not_found")
    if len(stack) >= windows.DEEPEST:
        raise Refused("push_limit_reached")
    trigger.used = True
    return _answer(call, windows.push_modal(call.workspace, trigger.user, body))


def update(call: Call) -> Json:
    view = windows.find_view(call.workspace, call.text("view_id"), call.text("external_id"))
    if view is None:
        raise Refused("not_found")
    body = _body(call, view.body["type"], replacing=view)
    _check_hash(call, view)
    windows.replace(call.workspace, view, body)
    return _answer(call, view)


def publish(call: Call) -> Json:
    user = call.required("user_id")
    call.person(user)
    home = call.workspace.homes.get(user)
    body = _body(call, "home", replacing=home)
    if home:
        _check_hash(call, home)
    return _answer(call, windows.publish(call.workspace, user, body))


def _answer(call: Call, view: View) -> Json:
    return {"view": view_json(call.workspace, view)}


def _check_hash(call: Call, view: View) -> None:
    if call.text("hash") not in (None, view.hash):
        raise Refused("hash_conflict")


def _usable_trigger(call: Call) -> Trigger:
    trigger_id = call.text("trigger_id") or call.required("trigger_id")
    problem = tickets.trigger_problem(call.workspace, trigger_id)
    if problem:
        raise Refused(problem)
    return call.workspace.triggers[trigger_id]


def _use_trigger(call: Call) -> Trigger:
    trigger = _usable_trigger(call)
    trigger.used = True
    return trigger


def _body(call: Call, kind: str, replacing: View | None = None) -> Json:
    """The view that was handed in, checked."""
    body = call.args.get("view")
    if not isinstance(body, dict):
        raise refuse_with("invalid_arguments", ["missing required field: view"])
    if len(json.dumps(body).encode()) > limits.VIEW_BYTES:
        raise Refused("view_too_large")
    problems = limits.problems_of_view(body) or unknown_pictures(call.workspace, body)
    if body.get("type") != kind:
        problems.append(f"view must be of type {kind} [json-pointer:/view/type]")
    if problems:
        raise refuse_with("invalid_arguments", problems)
    _check_external_id(call, body, replacing)
    return body


def _check_external_id(call: Call, body: Json, replacing: View | None) -> None:
    external_id = body.get("external_id")
    other = windows.find_view(call.workspace, None, external_id) if external_id else None
    if other is not None and other is not replacing:
        raise Refused("duplicate_external_id")


METHODS: dict[str, Method] = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
