"""Making, editing, showing and leaving circles."""

from bot.handlers import showing
from bot.ids import Action, Options
from bot.ids import View as Form
from bot.parse import Request, Values, whole_number
from bot.replies import Done, Ephemeral, GiveOptions, OpenModal, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import circles as views
from coaching import access, circles, in_person, sessions
from coaching.access import Actor, Right
from coaching.circles import Channel, CirclePlan
from coaching.errors import UnknownChannel
from coaching.rules import circle_form
from coaching.rules.circle_form import CAN_BE_DROPPED, CircleDraft
from coaching.rules.fields import Field
from coaching.rules.terms import Mode, PersonKind, Rhythm, WhoMaySchedule
from coaching.rules.zones import known_zone, matching_zones


def register(routes: Routes) -> None:
    routes.command("circle", new)
    routes.command("circles", listing)
    routes.command("leave", leave_by_command)
    routes.action(Action.NEW_CIRCLE, new)
    routes.action(Action.EDIT_CIRCLE, edit)
    routes.action(Action.SHOW_CIRCLE, show)
    routes.action(Action.MORE_SETTINGS, unfold)
    routes.action(Action.LEAVE_CIRCLE, ask_to_leave)
    routes.view(Form.CIRCLE, save)
    routes.view(Form.LEAVE, leave)
    routes.option(Options.ZONE, zones)


def new(context: Context) -> Reply:
    actor = context.actor()
    circles.check_may_create(context.db, actor, context.now)
    draft = CircleDraft(
        zone=actor.person.zone, members=(actor.person.slack_id,), leads=(actor.person.slack_id,)
    )
    return showing.show(context.request, views.form(draft))


def edit(context: Context) -> Reply:
    circle = access.circle(context.db, context.actor(), context.request.id_value, Right.EDIT)
    return showing.show(context.request, views.form(circle_form.of_circle(circles.facts(circle))))


def unfold(context: Context) -> Reply:
    """More settings, in the same form: what was typed stays."""
    actor = context.actor()
    return UpdateModal(views.form(_draft(context.request, actor, unfolded=True)))


def save(context: Context) -> Reply:
    """Makes or edits a circle."""
    actor, request = context.actor(), context.request
    draft = _draft(request, actor, unfolded=bool(request.view and request.view.metadata.get("more")))
    plan = _plan(request.values, draft)
    channel = _channel(context, plan)
    if draft.circle_id is None:
        circles.create(context.db, actor, plan, channel, context.now)
    else:
        revision = draft.revision or 0
        circles.edit(context.db, actor, draft.circle_id, revision, plan, channel, context.now)
    return Done(clear=True)


def listing(context: Context) -> Reply:
    actor = context.actor()
    shown = []
    for circle in access.circles(context.db, actor):
        coming = sessions.scheduled(context.db, circle, context.now)
        next_one = sessions.facts(coming[0]) if coming else None
        shown.append(
            (circles.facts(circle), next_one, in_person.sentences(context.db, circle, context.now)[0])
        )
    return Ephemeral(views.listing(shown, may_create=actor.person.kind is PersonKind.FULL))


def show(context: Context) -> Reply:
    actor = context.actor()
    circle = access.circle(context.db, actor, context.request.id_value, Right.SEE)
    sentences = in_person.sentences(context.db, circle, context.now)
    may_edit = access.may(circle, actor.person.id, Right.EDIT)
    return showing.show(context.request, views.page(circles.facts(circle), sentences, may_edit))


def ask_to_leave(context: Context) -> Reply:
    circle = access.circle(context.db, context.actor(), context.request.id_value, Right.SEE)
    return showing.show(context.request, views.leave(circles.facts(circle)))


def leave_by_command(context: Context) -> Reply:
    """Straight to the question where there is one circle, else to the list."""
    mine = access.circles(context.db, context.actor())
    return OpenModal(views.leave(circles.facts(mine[0]))) if len(mine) == 1 else listing(context)


def leave(context: Context) -> Reply:
    circles.leave(context.db, context.actor(), context.request.metadata_id("circle"), context.now)
    return Done(clear=True)


def zones(context: Context) -> Reply:
    return GiveOptions([views.zone_option(zone) for zone in matching_zones(context.request.words)])


def _channel(context: Context, plan: CirclePlan) -> Channel | None:
    """What Slack says of the channel now; the dispatcher looks it up when this request has not yet."""
    if plan.channel is None:
        return None
    if plan.channel not in context.channels:
        raise UnknownChannel(plan.channel)
    return context.channels[plan.channel]


def _draft(request: Request, actor: Actor, *, unfolded: bool) -> CircleDraft:
    """The form as filled in so far. Fields that were folded away keep what they stand at."""
    values, metadata = request.values, request.view.metadata if request.view else {}
    start = CircleDraft(zone=actor.person.zone)
    more = values.has(Field.LEADS)
    return CircleDraft(
        zone=known_zone(values.choice(Field.ZONE)) if more else start.zone,
        members=tuple(values.people(Field.MEMBERS)),
        leads=tuple(values.people(Field.LEADS)) if more else (actor.person.slack_id,),
        name=values.text(Field.NAME),
        channel=values.conversation(Field.CHANNEL),
        rhythm=values.choice(Field.RHYTHM),
        starts_on=values.day(Field.STARTS_ON),
        usual_time=values.clock(Field.USUAL_TIME),
        position=values.number(Field.POSITION),
        usual_length=values.number(Field.USUAL_LENGTH) if more else start.usual_length,
        usual_mode=values.choice(Field.USUAL_MODE) or start.usual_mode,
        usual_place=values.text(Field.USUAL_PLACE),
        usual_link=values.text(Field.USUAL_LINK),
        in_person_every=values.choice(Field.IN_PERSON_RULE) or start.in_person_every,
        who_may_schedule=values.choice(Field.WHO_MAY_SCHEDULE) or start.who_may_schedule,
        choices=tuple(values.choices(Field.CHOICES)) if more else start.choices,
        reminders=tuple(values.choices(Field.REMINDERS)) if more else start.reminders,
        unfolded=unfolded,
        circle_id=_id(metadata.get("circle")),
        revision=_id(metadata.get("revision")),
    )


def _id(claimed: object) -> int | None:
    return None if claimed is None else whole_number(claimed)


def _plan(values: Values, draft: CircleDraft) -> CirclePlan:
    return CirclePlan(
        name=draft.name,
        members=draft.members,
        leads=draft.leads or None if values.has(Field.LEADS) else None,
        channel=draft.channel,
        rhythm=Rhythm(draft.rhythm) if draft.rhythm in set(Rhythm) else None,
        starts_on=draft.starts_on,
        position=draft.position,
        usual_time=draft.usual_time,
        zone=draft.zone,
        usual_length=draft.usual_length,
        usual_mode=Mode(draft.usual_mode) if draft.usual_mode in set(Mode) else Mode.VIDEO,
        usual_place=draft.usual_place,
        usual_link=draft.usual_link,
        in_person_every=int(draft.in_person_every) if draft.in_person_every in dict(views.RULES) else 3,
        who_may_schedule=WhoMaySchedule.LEADS
        if draft.who_may_schedule == "leads"
        else WhoMaySchedule.MEMBERS,
        ask_first=views.ASK_FIRST in draft.choices,
        leads_present=views.LEADS_PRESENT in draft.choices,
        newcomers_observe=views.NEWCOMERS_OBSERVE in draft.choices,
        reminders_off=tuple(kind for kind in CAN_BE_DROPPED if kind not in draft.reminders),
    )
