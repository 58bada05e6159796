"""Making and editing circles: the form, the year it makes, more settings."""

from dataclasses import replace
from typing import Any

from bot.handlers import showing
from bot.ids import Action, Options
from bot.ids import View as Form
from bot.parse import Values, whole_number
from bot.replies import Done, GiveOptions, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import circle_form as views
from bot.views import circles as words
from bot.views import members as member_views
from coaching import access, circles, drafts, history, people, previews
from coaching.access import Right
from coaching.circles import Before, Channel, CirclePlan
from coaching.errors import UnknownChannel
from coaching.rules import circle_form
from coaching.rules.audit_facts import Deed
from coaching.rules.circle_form import CAN_BE_DROPPED, CircleDraft, MoreChoices
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, Mode, Rhythm, WhoMaySchedule
from coaching.rules.zones import known_zone, matching_zones

FORM = "circle"
"""Under this name what was typed is kept between the views."""


def register(routes: Routes) -> None:
    routes.command("circle", new, deed=Deed.MAKE_CIRCLE)
    routes.action(Action.NEW_CIRCLE, new, deed=Deed.MAKE_CIRCLE)
    routes.action(Action.EDIT_CIRCLE, edit, deed=Deed.CHANGE_CIRCLE)
    routes.action(Action.MORE_SETTINGS, more_settings)
    routes.action(Action.CHANGE_CIRCLE_FORM, change)
    routes.action(Action.CHOOSE_POSITION, choose_position, writes=True)
    routes.view(Form.CIRCLE, six_filled)
    routes.view(Form.CIRCLE_SETTINGS, settings_filled)
    routes.view(Form.CIRCLE_PREVIEW, save, deed=Deed.MAKE_CIRCLE)
    routes.view(Form.EDIT_CIRCLE, save_edit, deed=Deed.CHANGE_CIRCLE)
    routes.option(Options.ZONE, zones)


def new(context: Context) -> Reply:
    actor = context.actor()
    circles.check_may_create(context.db, actor, context.now)
    draft = CircleDraft(zone=actor.person.zone, members=(actor.person.slack_id,))
    return showing.show(context.request, views.form(draft))


def six_filled(context: Context) -> Reply:
    """The six fields are checked; what the year looks like is shown before anything is saved."""
    actor, request = context.actor(), context.request
    circles.check_may_create(context.db, actor, context.now)
    kept = request.view.metadata.get("draft") if request.view else None
    start = _read(context, whole_number(kept)) if kept else _start(context)
    draft = _filled(start, request.values)
    # A lead who is no member any more was chosen before; this form has no field to take them out of.
    draft = replace(draft, leads=tuple(one for one in draft.leads if one in draft.members))
    if kept:
        drafts.change(context.db, actor, whole_number(kept), draft)
    draft_id = whole_number(kept) if kept else drafts.keep(context.db, actor, FORM, draft, context.now)
    return _preview(context, draft, draft_id)


def more_settings(context: Context) -> Reply:
    """The rest of the form, with whoever would lead the circle as its lead."""
    draft, me = _read(context, context.request.id_value), context.actor().person.slack_id
    draft = replace(draft, leads=draft.leads or tuple(one for one in draft.members if one == me))
    return UpdateModal(views.settings(draft, _choices(context, draft), context.request.id_value))


def settings_filled(context: Context) -> Reply:
    draft_id = context.request.metadata_id("draft")
    draft = _filled(_read(context, draft_id), context.request.values)
    drafts.change(context.db, context.actor(), draft_id, draft)
    return _preview(context, draft, draft_id)


def change(context: Context) -> Reply:
    """Back to the six fields, as they were filled in."""
    draft_id = context.request.id_value
    return UpdateModal(views.form(_read(context, draft_id), draft_id))


def choose_position(context: Context) -> Reply:
    """The fourth weekday of the month, or the last: the dates below follow at once."""
    position, draft_id = context.request.value, context.request.metadata_id("draft")
    chosen = int(position) if position in ("1", "2", "3", "4", "-1") else None
    draft = replace(_read(context, draft_id), position=chosen)
    drafts.change(context.db, context.actor(), draft_id, draft)
    return _preview(context, draft, draft_id)


def save(context: Context) -> Reply:
    """What stood in the preview is made, or saved."""
    actor, draft_id = context.actor(), context.request.metadata_id("draft")
    draft = _read(context, draft_id)
    reply = _keep(context, draft)
    drafts.drop(context.db, actor, draft_id)
    return reply


def edit(context: Context) -> Reply:
    circle = access.circle(context.db, context.actor(), context.request.id_value, Right.EDIT)
    draft = circle_form.of_circle(circles.facts(circle))
    return showing.show(context.request, views.edit(draft, _choices(context, draft)))


def save_edit(context: Context) -> Reply:
    """Saved at once; where the dates change, what the year will look like is shown first."""
    actor, request = context.actor(), context.request
    circle = access.circle(context.db, actor, request.metadata_id("circle"), Right.EDIT)
    before = circle_form.of_circle(circles.facts(circle))
    draft = replace(_filled(before, request.values), revision=request.metadata_id("revision"))
    if draft.dates != before.dates:
        return _preview(context, draft, drafts.keep(context.db, actor, FORM, draft, context.now))
    return _keep(context, draft)


def zones(context: Context) -> Reply:
    return GiveOptions([views.zone_option(zone) for zone in matching_zones(context.request.words)])


def _keep(context: Context, draft: CircleDraft) -> Reply:
    """Made or saved; whoever was only asked to come back is named."""
    actor, plan = context.actor(), _plan(context, draft)
    channel = _channel(context, plan)
    if draft.circle_id is None:
        circles.create(context.db, actor, plan, channel, context.now)
    else:
        context.is_called(Deed.CHANGE_CIRCLE)
        revision = draft.revision or 0
        circle = circles.edit(context.db, actor, draft.circle_id, revision, plan, channel, context.now)
        picked = people.known(context.db, actor.workspace_id, plan.members)
        asked = [people.facts(one) for one in picked if circle.member(one.id) is None]
        if asked:
            return UpdateModal(member_views.invited(circle.name, asked))
    return Done(clear=True)


def _preview(context: Context, draft: CircleDraft, draft_id: int) -> Reply:
    plan = _plan(context, draft)
    channel = _channel(context, plan)
    shown = previews.preview(context.db, context.actor(), plan, channel, context.now, draft.circle_id)
    return UpdateModal(views.preview(shown, draft_id))


def _start(context: Context) -> CircleDraft:
    return CircleDraft(zone=context.actor().person.zone)


def _read(context: Context, draft_id: int) -> CircleDraft:
    return drafts.read(context.db, context.actor(), draft_id, CircleDraft)


def _choices(context: Context, draft: CircleDraft) -> MoreChoices:
    actor = context.actor()
    members = people.known(context.db, actor.workspace_id, draft.members)
    kind = CircleKind.PAIR if len(members) == circles.FEWEST_MEMBERS else CircleKind.GROUP
    forms = tuple((one.id, one.title) for one in context.pack.forms if one.kind is kind)
    return MoreChoices(forms, tuple(people.facts(one) for one in members), _asks_before(context, draft))


def _channel(context: Context, plan: CirclePlan) -> Channel | None:
    """What Slack says of the channel now; the dispatcher looks it up when this request has not yet."""
    if plan.channel is None:
        return None
    if plan.channel not in context.channels:
        raise UnknownChannel(plan.channel)
    return context.channels[plan.channel]


def _filled(draft: CircleDraft, values: Values) -> CircleDraft:
    """The draft with what stands in the fields on show; the others keep what they stand at."""
    read: dict[Field, tuple[str, Any]] = {
        Field.NAME: ("name", values.text(Field.NAME)),
        Field.MEMBERS: ("members", tuple(values.people(Field.MEMBERS))),
        Field.CHANNEL: ("channel", values.conversation(Field.CHANNEL)),
        Field.RHYTHM: ("rhythm", values.choice(Field.RHYTHM)),
        Field.STARTS_ON: ("starts_on", values.day(Field.STARTS_ON)),
        Field.USUAL_TIME: ("usual_time", values.clock(Field.USUAL_TIME)),
        Field.LEADS: ("leads", tuple(values.people(Field.LEADS))),
        Field.ZONE: ("zone", known_zone(values.choice(Field.ZONE))),
        Field.POSITION: ("position", values.number(Field.POSITION)),
        Field.USUAL_LENGTH: ("usual_length", values.number(Field.USUAL_LENGTH)),
        Field.USUAL_MODE: ("usual_mode", values.choice(Field.USUAL_MODE) or draft.usual_mode),
        Field.USUAL_PLACE: ("usual_place", values.text(Field.USUAL_PLACE)),
        Field.USUAL_LINK: ("usual_link", values.text(Field.USUAL_LINK)),
        Field.IN_PERSON_RULE: ("in_person_every", values.choice(Field.IN_PERSON_RULE) or "3"),
        Field.WHO_MAY_SCHEDULE: (
            "who_may_schedule",
            values.choice(Field.WHO_MAY_SCHEDULE) or draft.who_may_schedule,
        ),
        Field.FORM: ("form", values.choice(Field.FORM)),
        Field.CHOICES: ("choices", tuple(values.choices(Field.CHOICES))),
        Field.REMINDERS: (
            "reminders",
            (*values.choices(Field.REMINDERS), *values.choices(Field.REMINDERS_AFTER)),
        ),
        Field.BEFORE_PRESENTER: ("before_presenter", values.number(Field.BEFORE_PRESENTER)),
        Field.BEFORE_NOTE_TAKER: ("before_note_taker", values.number(Field.BEFORE_NOTE_TAKER)),
        Field.BEFORE_IN_PERSON: ("before_in_person", values.number(Field.BEFORE_IN_PERSON)),
    }
    return replace(draft, **dict(entry for field, entry in read.items() if values.has(field)))


def _plan(context: Context, draft: CircleDraft) -> CirclePlan:
    before = Before(draft.before_presenter, draft.before_note_taker, draft.before_in_person)
    return CirclePlan(
        name=draft.name,
        members=draft.members,
        leads=draft.leads or None,
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
        in_person_every=int(draft.in_person_every) if draft.in_person_every in dict(words.RULES) else 3,
        who_may_schedule=WhoMaySchedule.LEADS
        if draft.who_may_schedule == WhoMaySchedule.LEADS
        else WhoMaySchedule.MEMBERS,
        ask_first=words.ASK_FIRST in draft.choices,
        leads_present=words.LEADS_PRESENT in draft.choices,
        newcomers_observe=words.NEWCOMERS_OBSERVE in draft.choices,
        reminders_off=tuple(kind for kind in CAN_BE_DROPPED if kind not in draft.reminders),
        form_id=draft.form,
        before=before if _asks_before(context, draft) else None,
    )


def _asks_before(context: Context, draft: CircleDraft) -> bool:
    """What was before a circle came here can be said as long as no session of it counts."""
    if draft.circle_id is None:
        return True
    circle = access.circle(context.db, context.actor(), draft.circle_id, Right.EDIT)
    return not history.counting(context.db, circle)
