"""Preparing, sharing and reading cases."""

from bot.handlers import showing
from bot.ids import Action
from bot.ids import View as Form
from bot.parse import Values
from bot.replies import Done, Ephemeral, OpenModal, Reply
from bot.routes import Context, Routes
from bot.views import cases as views
from coaching import cases
from coaching.rules.audit_facts import Deed
from coaching.rules.case_facts import PARTS, CaseDraft
from coaching.rules.fields import Field


def register(routes: Routes) -> None:
    routes.command("case", by_command)
    routes.action(Action.PREPARE_CASE, prepare, deed=Deed.SHARE_CASE)
    routes.action(Action.READ_CASE, read, deed=Deed.LOOK)
    routes.action(Action.LIST_CASES, show_list)
    routes.view(Form.CASE, save, deed=Deed.SHARE_CASE)


def by_command(context: Context) -> Reply:
    """The form for the next session that one presents at; with none, what there is to read."""
    db, actor = context.db, context.actor()
    session = cases.in_hand(db, actor, context.now)
    if session is None:
        return Ephemeral(views.listing(cases.newest(db, actor, context.pack)))
    return OpenModal(views.form(cases.open_form(db, actor, session.id, context.pack, context.now)))


def prepare(context: Context) -> Reply:
    session_id = context.request.id_value
    shown = cases.open_form(context.db, context.actor(), session_id, context.pack, context.now)
    return showing.show(context.request, views.form(shown))


def read(context: Context) -> Reply:
    case_id = context.request.id_value
    shown = cases.read(context.db, context.actor(), case_id, context.pack, context.now)
    return showing.show(context.request, views.page(shown))


def show_list(context: Context) -> Reply:
    found = cases.newest(context.db, context.actor(), context.pack)
    return showing.show(context.request, views.listing_page(found))


def save(context: Context) -> Reply:
    request = context.request
    session_id, revision = request.metadata_id("session"), request.metadata_id("revision")
    draft = _draft(request.values)
    cases.save(context.db, context.actor(), session_id, revision, draft, context.pack, context.now)
    if not draft.shared:
        context.is_called(None)  # a draft is its author's alone
    return Done(clear=True)


def _draft(values: Values) -> CaseDraft:
    return CaseDraft(
        title=values.text(Field.TITLE),
        texts={part: words for part in PARTS if (words := values.text(part))},
        tags=tuple(values.choices(Field.TAGS)),
        shared=values.choice(Field.SHARE) == views.SHARED,
    )
