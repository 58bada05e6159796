"""Writing and reading the notes of a session."""

from dataclasses import replace

from slack_sdk.models.views import View as Modal

from bot.handlers import showing
from bot.ids import Action, Shortcut
from bot.ids import View as Form
from bot.parse import Malformed, Request, whole_number
from bot.replies import Done, Ephemeral, OpenModal, PushModal, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import notes as views
from bot.views.text import mentioned, unescape
from coaching import notes, people
from coaching.errors import Refused
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field
from coaching.rules.note_facts import (
    BY_WHEN,
    MOST_ACTIONS,
    PARTS,
    WHAT,
    WHO,
    ActionRow,
    NotesDraft,
    NotesPage,
)


def register(routes: Routes) -> None:
    routes.command("notes", by_command)
    routes.action(Action.WRITE_NOTES, write, deed=Deed.WRITE_NOTES)
    routes.action(Action.ANOTHER_ACTION, another_action, deed=Deed.WRITE_NOTES)
    routes.action(Action.READ_NOTES, read, deed=Deed.LOOK)
    routes.action(Action.LIST_NOTES, show_list)
    routes.view(Form.NOTES, save, deed=Deed.WRITE_NOTES)
    routes.shortcut(Shortcut.ADD_TO_NOTES, hand_over)
    routes.view(Form.ADD_TO_NOTES, add, deed=Deed.WRITE_NOTES)


def by_command(context: Context) -> Reply:
    """The form for the session whose notes one takes, now or next; else what there is to read."""
    actor = context.actor()
    session = notes.in_hand(context.db, actor, context.now)
    if session is not None:
        return OpenModal(views.form(notes.open_form(context.db, actor, session.id, context.now)))
    return Ephemeral(views.listing(notes.newest(context.db, actor)))


def write(context: Context) -> Reply:
    shown = notes.open_form(context.db, context.actor(), context.request.id_value, context.now)
    opened = showing.show(context.request, views.form(shown))
    return PushModal(views.form(shown, earlier=False)) if isinstance(opened, PushModal) else opened


def another_action(context: Context) -> Reply:
    """The same form with one more row; everything typed stays."""
    request, draft = context.request, _draft(context.request)
    draft = replace(draft, rows=(*draft.rows, ActionRow())[:MOST_ACTIONS])
    shown = notes.open_form(context.db, context.actor(), request.metadata_id("session"), context.now, draft)
    # What was saved meanwhile is not in this form, so it stays one of before that.
    shown = replace(shown, revision=request.metadata_id("revision"))
    earlier = bool(request.view and request.view.metadata.get("earlier"))
    return UpdateModal(views.form(shown, earlier=earlier))


def read(context: Context) -> Reply:
    only_read = context.request.value.startswith(views.ONLY_READ)
    return showing.show(context.request, page(context, context.request.id_value, only_read=only_read))


def page(context: Context, session_id: int, *, only_read: bool = False) -> Modal:
    shown = notes.read(context.db, context.actor(), session_id, context.now)
    return views.page(only_to_read(shown) if only_read else shown)


def only_to_read(shown: NotesPage) -> NotesPage:
    """Without anything to press."""
    unpressed = tuple(replace(one, may_press=False) for one in shown.actions)
    return replace(shown, actions=unpressed, may_write=False)


def show_list(context: Context) -> Reply:
    view = context.request.view
    above_a_form = view is not None and view.callback_id == Form.NOTES
    found = notes.newest(context.db, context.actor())
    return showing.show(context.request, views.listing_page(found, only_read=above_a_form))


def save(context: Context) -> Reply:
    request = context.request
    session_id, revision = request.metadata_id("session"), request.metadata_id("revision")
    notes.save(context.db, context.actor(), session_id, revision, _draft(request), context.now)
    return Done(clear=True)


def hand_over(context: Context) -> Reply:
    """Somebody hands over one message; the bot reads no other."""
    actor, words = context.actor(), context.request.words
    found = notes.to_add_to(context.db, actor, context.now)
    begun = next((one for one in found if one.starts_at <= context.now), found[0])
    likely = notes.in_hand(context.db, actor, context.now) or begun
    known = people.names(context.db, actor.workspace_id, mentioned(words))
    return OpenModal(views.addition(found, likely.id, unescape(words, known)))


def add(context: Context) -> Reply:
    values = context.request.values
    session_id, words = values.number(Field.CHOICE), values.text(Field.DISCUSSED)
    if session_id is None:
        raise Malformed("no session")
    if words is None:
        raise Refused({Field.DISCUSSED: "Write what is to be added."})
    notes.add(context.db, context.actor(), whole_number(session_id), words, context.now)
    return Done(clear=True)


def _draft(request: Request) -> NotesDraft:
    """What stands in the form. Its first rows are the actions that were there when it was opened."""
    values, kept = request.values, _kept(request)
    texts = {part: words for part in PARTS if (words := values.text(part))}
    rows = [number for number in range(MOST_ACTIONS) if values.has(WHAT[number])]
    return NotesDraft(
        texts,
        tuple(
            ActionRow(
                values.text(WHAT[number]),
                values.number(WHO[number]),
                values.day(BY_WHEN[number]),
                *(kept[number] if number < len(kept) else (None, 0)),
            )
            for number in rows
        ),
    )


def _kept(request: Request) -> list[tuple[int, int]]:
    """Id and revision of actions, as the form carries them: claims, to be checked."""
    metadata = request.view.metadata if request.view else {}
    ids, revisions = metadata.get("actions", []), metadata.get("revisions", [])
    if not isinstance(ids, list) or not isinstance(revisions, list):
        raise Malformed("no actions")
    return [(whole_number(one), whole_number(at)) for one, at in zip(ids, revisions, strict=False)]
