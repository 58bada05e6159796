"""The form of a circle: its six fields, the year it makes, and more settings."""

import json

from slack_sdk.models.blocks import (
    Block,
    ConversationFilter,
    ConversationSelectElement,
    ExternalDataSelectElement,
    HeaderBlock,
    InputBlock,
    Option,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.ids import INPUT, Action, Options
from bot.ids import View as Form
from bot.views import inputs
from bot.views.circles import CHOICES, MODES, POSITIONS, RHYTHMS, RULES, WHO, reminder_fields
from bot.views.fitting import sections
from bot.views.inputs import entry
from bot.views.text import escape, mode, names, option_text, plain, section, small, spoken_time
from coaching.rules import recurrence
from coaching.rules.circle_form import AheadFacts, CircleDraft, MoreChoices, PreviewFacts
from coaching.rules.fields import Field
from coaching.rules.recurrence import Rule
from coaching.rules.terms import CircleKind, Mode, Rhythm
from coaching.rules.zones import place_of


def form(draft: CircleDraft, draft_id: int | None = None) -> View:
    """ "New circle" with its six fields."""
    return View(
        type="modal",
        callback_id=Form.CIRCLE.value,
        private_metadata=json.dumps({"draft": draft_id}),
        title=plain("New circle" if draft.circle_id is None else "Edit circle"),
        submit=plain("Preview"),
        close=plain("Cancel"),
        blocks=[*_six(draft), small("Next comes a preview of the year. Nothing is saved before that.")],
    )


def edit(draft: CircleDraft, more: MoreChoices) -> View:
    """ "Edit circle": everything about it at once."""
    return View(
        type="modal",
        callback_id=Form.EDIT_CIRCLE.value,
        private_metadata=json.dumps({"circle": draft.circle_id, "revision": draft.revision}),
        title=plain("Edit circle"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[*_six(draft), *_more(draft, more)],
    )


def settings(draft: CircleDraft, more: MoreChoices, draft_id: int) -> View:
    """ "More settings" of a circle that is being made; everything in it has a default."""
    return View(
        type="modal",
        callback_id=Form.CIRCLE_SETTINGS.value,
        private_metadata=json.dumps({"draft": draft_id}),
        title=plain("More settings"),
        submit=plain("Preview"),
        close=plain("Cancel"),
        blocks=_more(draft, more),
    )


def preview(shown: PreviewFacts, draft_id: int) -> View:
    """What the year will look like; sent off, the circle is made."""
    blocks = [
        section(f"*{escape(shown.name)}*\n{_who(shown)}\n{_rhythm(shown)}"),
        *_which_weekday(shown),
        *sections([_heading(shown), *(_line(shown, one) for one in shown.sessions)]),
        *(small(one) for one in _notes(shown)),
        inputs.buttons(
            inputs.button("More settings", Action.MORE_SETTINGS, draft_id),
            inputs.button("Change", Action.CHANGE_CIRCLE_FORM, draft_id),
        ),
    ]
    return View(
        type="modal",
        callback_id=Form.CIRCLE_PREVIEW.value,
        private_metadata=json.dumps({"draft": draft_id}),
        title=plain("What the year looks like"),
        submit=plain("Make the circle" if shown.new else "Save"),
        close=plain("Cancel"),
        blocks=blocks,
    )


def _who(shown: PreviewFacts) -> str:
    if shown.kind is CircleKind.PAIR:
        return f"A pair: {names(shown.members)}"
    lead = "lead" if len(shown.leads) == 1 else "leads"
    return f"{names(shown.members)}. Coaching {lead}: {names(shown.leads)}"


def _rhythm(shown: PreviewFacts) -> str:
    at = spoken_time(shown.usual_time, shown.zone)
    if shown.rhythm is Rhythm.NONE:
        return f"No rhythm: somebody schedules each session. Usually at {at}"
    phrase = recurrence.phrase(Rule(shown.rhythm, shown.starts_on, shown.position))
    return f"{phrase[0].upper()}{phrase[1:]} at {at}"


def _which_weekday(shown: PreviewFacts) -> list[Block]:
    """Asked only where the first date can be read in two ways: the fourth Tuesday, or the last."""
    if shown.rhythm is not Rhythm.SAME_WEEKDAY or len(shown.positions) < 2:
        return []
    options = [
        Option(value=str(one), text=option_text(f"The {POSITIONS[one]} {shown.starts_on:%A} of the month"))
        for one in shown.positions
    ]
    chosen = next(one for one in options if one.value == str(shown.position))
    choose = StaticSelectElement(
        action_id=Action.CHOOSE_POSITION.value, options=options, initial_option=chosen
    )
    return [SectionBlock(text=plain("Which weekday"), accessory=choose)]


def _heading(shown: PreviewFacts) -> str:
    return "*The next dates*" if shown.rhythm is not Rhythm.NONE else "*The turns, whenever you meet*"


def _line(shown: PreviewFacts, one: AheadFacts) -> str:
    day = f"{one.day:%a}, {one.day.day} {one.day:%b %Y}: " if one.day else "• "
    how = f"*{mode(one.mode)}*" if one.mode is Mode.IN_PERSON else mode(one.mode)
    presenter = escape(one.presenter.name) if one.presenter else "somebody"
    if shown.kind is CircleKind.PAIR:
        return f"{day}{how}, {presenter} is coached first"
    note_taker = escape(one.note_taker.name) if one.note_taker else "somebody"
    return f"{day}{how}, {presenter} presents, {note_taker} takes notes"


def _notes(shown: PreviewFacts) -> list[str]:
    notes = ["As it stands now. Dates, roles and how you meet can change for each session."]
    if shown.public_channel:
        name = escape(shown.public_channel)
        notes.append(f"Everyone in #{name} will see when you meet, and who is in this circle.")
    if shown.outside:
        notes.append("You are not in it yourself: you will not see this circle after saving.")
    return notes


def _six(draft: CircleDraft) -> list[InputBlock]:
    zone = place_of(draft.zone)
    return [
        entry(Field.NAME, "Name", inputs.words(draft.name, most=80)),
        entry(
            Field.MEMBERS,
            "Members",
            inputs.people(draft.members, most=30),
            hint="2 to 30 people. Two make a pair; three or more a group. Take yourself out if you set it up "
            "for others: you will not see this circle after saving.",
        ),
        entry(
            Field.CHANNEL,
            "Channel",
            ConversationSelectElement(
                action_id=INPUT,
                initial_conversation=draft.channel,
                filter=ConversationFilter(
                    include=["public", "private"],
                    exclude_bot_users=True,
                    exclude_external_shared_channels=True,
                ),
            ),
            hint="Everyone in the channel will see when you meet and who is in this circle. Without one I open a "
            "group DM, which works for up to 8 members.",
            optional=True,
        ),
        entry(Field.RHYTHM, "Rhythm", inputs.one_of(RHYTHMS, draft.rhythm)),
        entry(Field.STARTS_ON, "Starts on", inputs.day(draft.starts_on)),
        entry(
            Field.USUAL_TIME,
            "Usual time",
            inputs.clock(draft.zone, draft.usual_time),
            hint=f"In the circle's time zone: {zone}.",
        ),
    ]


def _more(draft: CircleDraft, more: MoreChoices) -> list[Block]:
    return [
        entry(
            Field.LEADS,
            "Coaching leads",
            inputs.people(draft.leads, most=2),
            hint="One or two members who look after the circle. In a pair both are.",
            optional=True,
        ),
        entry(Field.ZONE, "Time zone", _zone(draft.zone)),
        *_position(draft),
        entry(Field.USUAL_LENGTH, "Usual length in minutes", inputs.number(draft.usual_length, 15, 240)),
        entry(Field.USUAL_MODE, "Usual mode", inputs.one_of(MODES, draft.usual_mode)),
        entry(
            Field.USUAL_PLACE,
            "Usual place or number",
            inputs.words(draft.usual_place),
            hint="The room; by phone, who calls whom on which number.",
            optional=True,
        ),
        entry(Field.USUAL_LINK, "Usual meeting link", inputs.address(draft.usual_link), optional=True),
        entry(
            Field.IN_PERSON_RULE,
            "In-person rule",
            inputs.one_of(RULES, draft.in_person_every),
            hint="How many sessions are in person, at the least.",
        ),
        entry(Field.WHO_MAY_SCHEDULE, "Who may schedule", inputs.one_of(WHO, draft.who_may_schedule)),
        entry(Field.FORM, "Evaluation form", _form(draft, more)),
        entry(Field.CHOICES, "How you work", inputs.boxes(CHOICES, draft.choices), optional=True),
        *reminder_fields(draft.reminders),
        *(_before(draft, more) if more.before and more.people else []),
    ]


def _form(draft: CircleDraft, more: MoreChoices) -> StaticSelectElement:
    known = [one for one, _ in more.forms]
    return inputs.one_of(more.forms, draft.form if draft.form in known else known[0])


def _position(draft: CircleDraft) -> list[InputBlock]:
    """In "Edit circle"; whoever makes a circle is asked in the preview."""
    if draft.circle_id is None or draft.rhythm != Rhythm.SAME_WEEKDAY or draft.starts_on is None:
        return []
    choices = recurrence.positions_for(draft.starts_on)
    if len(choices) < 2:
        return []
    weekday = f"{draft.starts_on:%A}"
    options = [(str(one), f"The {POSITIONS[one]} {weekday} of the month") for one in choices]
    chosen = str(draft.position if draft.position in choices else choices[0])
    return [entry(Field.POSITION, "Which weekday", inputs.one_of(options, chosen))]


def _before(draft: CircleDraft, more: MoreChoices) -> list[Block]:
    """What turns and the in-person rule have to know of a circle that has met before."""
    members = [(str(one.id), one.name) for one in more.people]
    pair = len(members) == 2
    note_taker = entry(
        Field.BEFORE_NOTE_TAKER,
        "Who took notes last?",
        inputs.one_of(members, _id(draft.before_note_taker)),
        optional=True,
    )
    return [
        HeaderBlock(text=plain("If you have met before")),
        entry(
            Field.BEFORE_PRESENTER,
            "Who was coached first last time?" if pair else "Who presented last?",
            inputs.one_of(members, _id(draft.before_presenter)),
            optional=True,
        ),
        *([] if pair else [note_taker]),
        entry(
            Field.BEFORE_IN_PERSON,
            "How many sessions ago did you meet in person?",
            inputs.number(draft.before_in_person, 1, 24),
            hint="1 means the last one. Leave it empty if nobody knows.",
            optional=True,
        ),
    ]


def _id(person: int | None) -> str | None:
    return None if person is None else str(person)


def _zone(zone: str) -> ExternalDataSelectElement:
    return ExternalDataSelectElement(
        action_id=Options.ZONE.value,
        initial_option=zone_option(zone),
        min_query_length=2,
        placeholder=plain("Type a city"),
    )


def zone_option(zone: str) -> Option:
    return Option(value=zone, text=option_text(zone.replace("_", " ")))
