"""Recording how a session went."""

from bot.handlers.showing import show
from bot.ids import Action
from bot.ids import View as Form
from bot.parse import Values, whole_number
from bot.replies import Done, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import closing as views
from coaching import closing, sessions
from coaching.closing import Record
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field
from coaching.rules.terms import Mode


def register(routes: Routes) -> None:
    routes.action(Action.RECORD_MET, ask_how, deed=Deed.RECORD_MET)
    routes.action(Action.RECORD_NOT_MET, ask_not_met, deed=Deed.RECORD_NOT_MET)
    routes.view(Form.RECORD_MET, record_met, deed=Deed.RECORD_MET)
    routes.view(Form.RECORD_NOT_MET, record_not_met, deed=Deed.RECORD_NOT_MET)


def ask_how(context: Context) -> Reply:
    """ "We met": how, who, and who did what."""
    found = closing.open_record(context.db, context.actor(), context.request.id_value, context.now)
    return show(context.request, views.met_form(found))


def ask_not_met(context: Context) -> Reply:
    found = closing.open_record(context.db, context.actor(), context.request.id_value, context.now)
    return show(context.request, views.not_met(found.session))


def record_met(context: Context) -> Reply:
    session_id = context.request.metadata_id("session")
    closing.record_met(
        context.db, context.actor(), session_id, record_of(context.request.values), context.now
    )
    return Done(clear=True)


def record_not_met(context: Context) -> Reply:
    session_id = context.request.metadata_id("session")
    session = closing.record_missed(context.db, context.actor(), session_id, context.now)
    return UpdateModal(views.not_met_saved(sessions.facts(session)))


def record_of(values: Values) -> Record:
    chosen = values.choice(Field.MODE)
    return Record(
        mode=Mode(chosen) if chosen in set(Mode) else None,
        attended=frozenset(whole_number(one) for one in values.choices(Field.ATTENDED)),
        presenter=values.number(Field.PRESENTER),
        note_taker=values.number(Field.NOTE_TAKER),
    )
