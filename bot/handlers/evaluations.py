"""The closing evaluation: answering it, seeing its result; and a pair's looking back.

Answering leaves no trace but the answer and the receipt: the form's view is not remembered, and the person's
own message is changed at once instead of by the outbox.
"""

from dataclasses import replace

from slack_sdk.models.views import View as Modal

from bot.handlers.showing import show
from bot.ids import Action
from bot.ids import View as Form
from bot.parse import Values, whole_number
from bot.replies import Done, Ephemeral, Reply, UpdateMessage, UpdateModal
from bot.routes import Context, Routes
from bot.views import evaluations as views
from coaching import access, evaluations, reflections, results
from coaching.access import Right
from coaching.evaluations import Filled
from storage.models import CoachingSession


def register(routes: Routes) -> None:
    routes.action(Action.ANSWER_EVALUATION, ask)
    routes.action(Action.WAS_NOT_THERE, was_not_there, writes=True)
    routes.action(Action.NOT_NOW, not_now)
    routes.action(Action.SEE_RESULT, see_result)
    routes.action(Action.SHARE_REFLECTION, share, writes=True)
    routes.action(Action.UNSHARE_REFLECTION, unshare, writes=True)
    routes.action(Action.SEE_REFLECTION, see_reflection)
    routes.action(Action.SEE_PARTNERS_REFLECTION, see_reflection)
    # Not remembered by the id of its view, which would say who has answered and when; a second one is
    # refused by the receipt.
    routes.view(Form.EVALUATION, answer, once=False)
    routes.view(Form.REFLECTION, keep_reflection, once=False)


def ask(context: Context) -> Reply:
    """The form: a group's evaluation, or a pair's looking back."""
    return show(context.request, _form(context))


def _form(context: Context) -> Modal:
    db, actor, session_id, pack = context.db, context.actor(), context.request.id_value, context.pack
    session = access.session(db, actor, session_id, Right.SEE)
    if reflections.is_pairs(session):
        return views.reflection_form(*reflections.open_form(db, actor, session_id, pack, context.now))
    return views.form(*evaluations.open_form(db, actor, session_id, pack, context.now))


def answer(context: Context) -> Reply:
    actor, request = context.actor(), context.request
    session_id = request.metadata_id("session")
    chosen = filled(request.values)
    session = evaluations.answer(context.db, actor, session_id, chosen, context.pack, context.now)
    return _own_message(context, session, actor.person.id)


def was_not_there(context: Context) -> Reply:
    actor = context.actor()
    session = evaluations.was_not_there(context.db, actor, context.request.id_value, context.now)
    return _own_message(context, session, actor.person.id)


def not_now(context: Context) -> Reply:
    actor = context.actor()
    session = access.session(context.db, actor, context.request.id_value, Right.SEE)
    if reflections.is_pairs(session):
        return Ephemeral(views.pair_not_now())
    return Ephemeral(views.not_now(evaluations.facts(context.db, session, actor.person.id, context.now)))


def see_result(context: Context) -> Reply:
    """Its first page, or another one in the same place."""
    number, _, page = context.request.value.partition(":")
    shown = results.result(context.db, context.actor(), whole_number(number), context.pack)
    if page:
        return UpdateModal(views.result(shown, whole_number(page)))
    return show(context.request, views.result(shown))


def keep_reflection(context: Context) -> Reply:
    actor, request = context.actor(), context.request
    session_id = request.metadata_id("session")
    chosen = filled(request.values)
    session = reflections.keep(context.db, actor, session_id, chosen, context.pack, context.now)
    return _own_message(context, session, actor.person.id)


def share(context: Context) -> Reply:
    return _share(context, shared=True)


def unshare(context: Context) -> Reply:
    return _share(context, shared=False)


def _share(context: Context, *, shared: bool) -> Reply:
    actor = context.actor()
    session = reflections.share(context.db, actor, context.request.id_value, shared, context.now)
    return _own_message(context, session, actor.person.id)


def see_reflection(context: Context) -> Reply:
    number, _, author = context.request.value.partition(":")
    request = replace(context.request, value=number)
    found = reflections.see(context.db, context.actor(), request.id_value, whole_number(author), context.pack)
    return show(request, views.reflection(found))


def _own_message(context: Context, session: CoachingSession, person_id: int) -> Reply:
    """The message that asked this person, as it reads now. Others see no change."""
    row = evaluations.own_message(context.db, session, person_id)
    if row is None or row.slack_channel is None or row.slack_ts is None:
        return Done()
    if reflections.is_pairs(session):
        said = views.pair_invitation(reflections.facts(context.db, session, person_id, context.pack))
    else:
        said = views.invitation(evaluations.facts(context.db, session, person_id, context.now))
    return UpdateMessage(row.slack_channel, row.slack_ts, said)


def filled(values: Values) -> Filled:
    """What was chosen and written. Whether the session's form asks for it, is found out with the answer."""
    chosen = {id: values.number(id) for id in values.given() if values.choice(id) is not None}
    written = {id: values.text(id) for id in values.given()}
    return Filled(
        {id: score for id, score in chosen.items() if score is not None},
        {id: words for id, words in written.items() if words},
    )
