"""Modals and Home tabs: opened, pushed, replaced, closed, published."""

from demo.blocks import with_ids
from demo.records import Json, View
from demo.workspace import Workspace

DEEPEST = 3
"""Modals that may lie on one another."""


def _prepared(body: Json) -> Json:
    return body | {"blocks": with_ids(body.get("blocks", []))}


def _new_hash(workspace: Workspace) -> str:
    return f"{workspace.last_ts // 1_000_000}.{workspace.next_id('h')}"


def _new_view(workspace: Workspace, user: str, body: Json, below: View | None) -> View:
    view_id = workspace.next_id("V")
    return View(
        id=view_id,
        user=user,
        hash=_new_hash(workspace),
        body=_prepared(body),
        root_id=below.root_id if below else view_id,
        previous_id=below.id if below else None,
    )


def open_modal(workspace: Workspace, user: str, body: Json) -> View:
    """A new stack with this one modal; what was open before is gone."""
    view = _new_view(workspace, user, body, None)
    workspace.stacks[user] = [view]
    workspace.changed()
    return view


def push_modal(workspace: Workspace, user: str, body: Json) -> View:
    """On top of what is open; the caller has looked that something is, and not too much."""
    stack = workspace.stacks[user]
    view = _new_view(workspace, user, body, stack[-1])
    stack.append(view)
    workspace.changed()
    return view


def replace(workspace: Workspace, view: View, body: Json) -> None:
    """The same view with other content; what was typed stays under block ids that stay."""
    view.body = _prepared(body)
    view.hash = _new_hash(workspace)
    view.errors, view.busy = {}, False
    workspace.changed()


def close(workspace: Workspace, view: View, *, all_of_them: bool = False) -> list[View]:
    """Close a modal and those above it, or the whole stack; returns the closed ones, top first."""
    stack = workspace.stacks.get(view.user, [])
    if view not in stack:
        return []
    keep = 0 if all_of_them or view.body.get("clear_on_close") else stack.index(view)
    closed = stack[keep:][::-1]
    workspace.stacks[view.user] = stack[:keep]
    workspace.changed()
    return closed


def publish(workspace: Workspace, user: str, body: Json) -> View:
    """Show a person their Home tab; it keeps its id for good."""
    home = workspace.homes.get(user)
    workspace.home_errors.pop(user, None)
    if home:
        replace(workspace, home, body)
        return home
    home = workspace.homes[user] = _new_view(workspace, user, body, None)
    workspace.changed()
    return home


def find_view(workspace: Workspace, view_id: str | None, external_id: str | None = None) -> View | None:
    """An open modal or a published home, by its id or the one the bot gave it."""
    everything = [*workspace.homes.values(), *(v for stack in workspace.stacks.values() for v in stack)]
    for view in everything:
        if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
            return view
    return None
