"""The closing evaluation: the message that asks, the form, the result; and a pair's looking back."""

import json
from collections.abc import Sequence
from itertools import groupby

from slack_sdk.models.blocks import Block, ButtonElement, InputBlock
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs, notices
from bot.views.text import escape, plain, quoted, section, shortened, small, when
from bot.views.trends import see_trends
from coaching.rules.closing_facts import (
    EvaluationFacts,
    FormFacts,
    PairFacts,
    ReflectionFacts,
    ResultFacts,
    Standing,
    StatementResult,
)
from coaching.rules.facts import PersonFacts, SessionFacts
from coaching.rules.terms import Promise, SessionState

Nudge = tuple[str, list[ButtonElement]]
"""A line of the bookkeeping message, and its buttons."""

LONGEST_WORDS = 3000
TITLE = 24
"""Slack's limit for the title of a modal."""
COMMENTS_ON_A_PAGE = 12
CELLS = 10
SCALE = (
    ("1", "1 – strongly disagree"),
    ("2", "2"),
    ("3", "3"),
    ("4", "4"),
    ("5", "5 – strongly agree"),
)

SMALL_CIRCLE = "Names are not kept. With three people the others may still work out who said what."
PROMISES = {
    Promise.ANONYMOUS: (
        "*Anonymous.* Your answer is kept without your name and without a date. That you have answered is noted "
        "apart from it, and forgotten when the evaluation closes."
    ),
    Promise.NAMES_NOT_KEPT: (
        f"*{SMALL_CIRCLE}* Your answer is kept without a date too. That you have answered is noted apart from it, "
        "and forgotten when the evaluation closes."
    ),
}
WHO_SEES = {
    Promise.ANONYMOUS: (
        "*Who sees it.* Only the members of this circle, and only sums: averages once 3 have answered; how the "
        "numbers spread, and the comments in random order, once 4 have. Fewer answers wait for the next session's. "
        "Figures over all circles are made of whole results alone."
    ),
    Promise.NAMES_NOT_KEPT: (
        "*Who sees it.* Only the members of this circle, once 3 have answered: averages, how the numbers spread, "
        "and the comments in random order. Fewer answers wait for the next session's. "
        "Figures over all circles are made of whole results alone."
    ),
}
FOR_GOOD = (
    "*Once sent, it can be neither changed nor deleted*, because nobody can find it again. "
    "In a small group the way you write can give you away."
)
YOURS_ALONE = (
    "What you write here is kept with your name and seen by you alone. You can share it with your partner "
    "afterwards, and take that back. It is in no figure."
)


# --- the message that asks ---


def invitation(facts: EvaluationFacts) -> Said:
    """The direct message of one person, as it reads now. After the closing it is the same for everybody."""
    at = when(facts.session.starts_at, facts.session.zone)
    name = escape(facts.session.circle_name)
    match facts.standing:
        case Standing.OPEN:
            return _asking(
                facts, f"How was {name} on {at}? The closing evaluation takes two minutes at most."
            )
        case Standing.ANSWERED:
            return _sentence(f"You have answered. Thank you. ({name}, {at})")
        case Standing.OUT:
            text = f"Noted: you weren't at {name} on {at}, so nobody waits for your answer."
            back = inputs.button("I was there", Action.ANSWER_EVALUATION, facts.session.id)
            return Said(text, [section(text), inputs.buttons(back)])
        case Standing.NOT_ASKED:
            return _sentence(f"The evaluation of {name} on {at} asks those who were to come.")
        case Standing.CLOSED:
            return _closed(facts, f"The evaluation of {name} on {at} has closed.")


def _asking(facts: EvaluationFacts, text: str) -> Said:
    promise = (
        "Anonymous." if facts.promise is Promise.ANONYMOUS else f"{SMALL_CIRCLE} The form says what is kept."
    )
    until = f"It is open until {when(facts.closes_at, facts.session.zone)}."
    return Said(
        text,
        [
            section(text),
            small(f"{promise} {until}"),
            inputs.buttons(*ask_buttons(facts.session.id), _absent(facts)),
        ],
    )


def ask_buttons(session_id: int) -> list[ButtonElement]:
    return [inputs.button("Answer", Action.ANSWER_EVALUATION, session_id, style="primary")]


def _absent(facts: EvaluationFacts) -> ButtonElement:
    return inputs.button("I wasn't there", Action.WAS_NOT_THERE, facts.session.id)


def _closed(facts: EvaluationFacts, text: str) -> Said:
    if facts.session.state is SessionState.MISSED:
        return _sentence(f"{text} The session did not take place, so nobody reads what was answered.")
    if facts.result_id is not None:
        text += " Thank you to everybody who answered."
        return Said(text, [section(text), inputs.buttons(see_result(facts.result_id))])
    if facts.waits:
        text += " Too few answered for a result, so the answers wait and join the next one."
    return _sentence(text)


def nudge(facts: EvaluationFacts) -> Nudge:
    """A part of the bookkeeping message for somebody who has not answered."""
    name, at = escape(facts.session.circle_name), when(facts.session.starts_at, facts.session.zone)
    line = f"*{name}*: the evaluation of {at} is open until {when(facts.closes_at, facts.session.zone)}."
    return line, [*ask_buttons(facts.session.id), _not_now(facts.session.id)]


def not_now(facts: EvaluationFacts) -> Said:
    until = when(facts.closes_at, facts.session.zone)
    return Said(f"All right. If you find two minutes: the evaluation is open until {until}.")


def pair_not_now() -> Said:
    return Said("All right. “Look back” works whenever you find a minute.")


def _not_now(session_id: int) -> ButtonElement:
    return inputs.button("Not now", Action.NOT_NOW, session_id)


# --- the form ---


def form(facts: EvaluationFacts, asked: FormFacts) -> View:
    """What is stored and who sees what stands above the statements."""
    session = facts.session
    return View(
        type="modal",
        callback_id=Form.EVALUATION.value,
        private_metadata=json.dumps({"session": session.id}),
        title=plain(shortened(asked.title, TITLE)),
        submit=plain("Send"),
        close=plain("Not now"),
        blocks=[
            section(f"*{escape(session.circle_name)}*, {when(session.starts_at, session.zone)}"),
            section(PROMISES[facts.promise]),
            section(WHO_SEES[facts.promise]),
            section(FOR_GOOD),
            *_statements(asked),
            *_questions(asked),
        ],
    )


def _statements(asked: FormFacts, chosen: dict[str, int] | None = None) -> list[InputBlock]:
    scores = chosen or {}
    return [
        InputBlock(
            block_id=id,
            label=plain(words),
            element=inputs.radio(SCALE, str(scores[words]) if words in scores else None),
        )
        for id, words in asked.statements
    ]


def _questions(asked: FormFacts, written: dict[str, str] | None = None) -> list[InputBlock]:
    texts = written or {}
    return [
        InputBlock(
            block_id=id,
            label=plain(words),
            element=inputs.words(texts.get(words), long=True, most=LONGEST_WORDS),
            optional=True,
        )
        for id, words in asked.questions
    ]


# --- the result ---


def see_result(result_id: int) -> ButtonElement:
    return inputs.button("See the result", Action.SEE_RESULT, result_id)


def result_line(result: ResultFacts, *, figures: bool) -> Said:
    """In the thread. The figures only where nobody but the circle can read them; never the comments."""
    text = f"Here is the result of the closing evaluation: {answered(result)}."
    blocks: list[Block] = [section(text)]
    if figures:
        blocks += [section(_figure(one)) for one in result.statements]
    return Said(text, [*blocks, inputs.buttons(see_result(result.id))])


def result_unseen(result: ResultFacts) -> Said:
    """To the convener."""
    text = (
        f"Slack did not tell me whether the result of {escape(result.circle_name)} on "
        f"{when(result.starts_at, result.zone)} arrived in the thread of its card, and I do not post it twice. "
        "If it is not there, tell the others: whoever was asked finds it in my message about the evaluation."
    )
    return Said(text, [section(text), inputs.buttons(see_result(result.id))])


def result(shown: ResultFacts, page: int = 0) -> View:
    """The figures and the first comments; further pages turn in place."""
    head = section(
        f"*{escape(shown.circle_name)}*, {when(shown.starts_at, shown.zone)}\n{answered(shown).capitalize()}."
    )
    figures = [section(_figure(one)) for one in shown.statements] if page == 0 else []
    more = [inputs.buttons(see_trends(shown.circle_id))] if page == 0 else []
    return notices.page([head, *figures, *_comments(shown, page), *more], "Result")


def answered(result: ResultFacts) -> str:
    sessions = f", from {result.sessions} sessions" if result.sessions > 1 else ""
    return f"{result.answered} of {result.asked} answered{sessions}"


def _figure(one: StatementResult) -> str:
    """The same twice: as a bar for the eye, and as text."""
    filled = round(one.average / 5 * CELLS)
    bar = "█" * filled + "░" * (CELLS - filled)
    lines = [f"*{escape(one.words)}*", f"{one.average:.1f} of 5 on average  {bar}"]
    if one.spread:
        lines.append(_spread(one.spread))
    return "\n".join(lines)


def _spread(counts: Sequence[int]) -> str:
    """ "4: 2 answers · 5: 1 answer". Numbers that nobody chose are left out."""
    chosen = [(score, count) for score, count in enumerate(counts, start=1) if count]
    return " · ".join(f"{score}: {count} {'answer' if count == 1 else 'answers'}" for score, count in chosen)


def _comments(shown: ResultFacts, page: int) -> list[Block]:
    first = page * COMMENTS_ON_A_PAGE
    here = shown.comments[first : first + COMMENTS_ON_A_PAGE]
    if not here:
        return [] if page else [small(_no_comments(shown))]
    blocks: list[Block] = []
    for question, said in groupby(here, key=lambda one: one[0]):
        blocks += [section(f"*{escape(question)}*"), *(quoted(words) for _, words in said)]
    return [*blocks, *_turn(shown, page)]


def _no_comments(shown: ResultFacts) -> str:
    if any(one.spread is None for one in shown.statements):
        return "How the numbers spread, and comments, are shown once at least 4 have answered."
    return "Nobody wrote a comment."


def _turn(shown: ResultFacts, page: int) -> list[Block]:
    last = (len(shown.comments) - 1) // COMMENTS_ON_A_PAGE
    if last == 0:
        return []
    back = [inputs.button("Back", Action.SEE_RESULT, f"{shown.id}:{page - 1}")] if page else []
    on = [inputs.button("More comments", Action.SEE_RESULT, f"{shown.id}:{page + 1}")] if page < last else []
    # A block takes each action once, so each button has its own.
    return [
        small(f"Comments, page {page + 1} of {last + 1}."),
        *(inputs.buttons(one) for one in [*back, *on]),
    ]


# --- a pair's looking back ---


def pair_invitation(pair: PairFacts) -> Said:
    """The direct message of one of a pair: ask, then what they have written and what is shared with them."""
    session = pair.session
    name, at = escape(session.circle_name), when(session.starts_at, session.zone)
    look = inputs.button("Look back", Action.ANSWER_EVALUATION, session.id, style="primary")
    if pair.mine is None:
        text = f"How was {name} on {at}? Look back for a minute; what you write is for you alone."
        return Said(text, [section(text), inputs.buttons(look, *_partners(pair))])
    shared = "shared with your partner" if pair.mine.shared else "seen by you alone"
    text = f"You have looked back at {name} on {at}. It is {shared}."
    return Said(
        text,
        [section(text), inputs.buttons(_see("See it", pair.mine), _sharing(pair.mine), *_partners(pair))],
    )


def pair_not_met(pair: PairFacts) -> Said:
    """The session did not take place; what was written all the same stays with its author."""
    session = pair.session
    at = when(session.starts_at, session.zone)
    text = f"{escape(session.circle_name)} did not meet on {at}, so there is nothing to look back at."
    mine = [inputs.buttons(_see("See what you wrote", pair.mine))] if pair.mine else []
    return Said(text, [section(text), *mine])


def pair_nudge(pair: PairFacts) -> Nudge:
    """A part of the bookkeeping message for one of a pair who has not looked back."""
    session = pair.session
    line = f"*{escape(session.circle_name)}*: how was {when(session.starts_at, session.zone)} for you?"
    look = inputs.button("Look back", Action.ANSWER_EVALUATION, session.id, style="primary")
    return line, [look, _not_now(session.id)]


def _partners(pair: PairFacts) -> list[ButtonElement]:
    if pair.partners is None:
        return []
    words = f"Read what {shortened(pair.partners.author.name, 40)} wrote"
    return [_see(words, pair.partners, beside=True)]


def _see(words: str, one: ReflectionFacts, *, beside: bool = False) -> ButtonElement:
    # A block takes each action once.
    action = Action.SEE_PARTNERS_REFLECTION if beside else Action.SEE_REFLECTION
    return inputs.button(words, action, f"{one.session.id}:{one.author.id}")


def _sharing(mine: ReflectionFacts) -> ButtonElement:
    if mine.shared:
        return inputs.button("Stop sharing", Action.UNSHARE_REFLECTION, mine.session.id)
    return inputs.button("Share with my partner", Action.SHARE_REFLECTION, mine.session.id)


def reflection_form(session: SessionFacts, asked: FormFacts, mine: ReflectionFacts | None) -> View:
    return View(
        type="modal",
        callback_id=Form.REFLECTION.value,
        private_metadata=json.dumps({"session": session.id}),
        title=plain(shortened(asked.title, TITLE)),
        submit=plain("Keep"),
        close=plain("Not now"),
        blocks=[
            section(f"*{escape(session.circle_name)}*, {when(session.starts_at, session.zone)}"),
            section(YOURS_ALONE),
            *_statements(asked, dict(mine.scores) if mine else None),
            *_questions(asked, dict(mine.comments) if mine else None),
        ],
    )


def reflection(one: ReflectionFacts) -> View:
    """What one of a pair wrote, for themself or for the partner with whom it is shared."""
    whose = "You" if one.mine else escape(one.author.name)
    at = when(one.session.starts_at, one.session.zone)
    scores = "\n".join(f"{escape(words)} *{score} of 5*" for words, score in one.scores)
    blocks: list[Block] = [section(f"{whose}, looking back at {at}"), section(scores or "No numbers.")]
    for question, words in one.comments:
        blocks += [section(f"*{escape(question)}*"), quoted(words)]
    if one.mine:
        again = inputs.button("Change it", Action.ANSWER_EVALUATION, one.session.id)
        blocks.append(inputs.buttons(again))
    return notices.page(blocks, "Looking back")


def reflection_shared(session: SessionFacts, author: PersonFacts, shared: ReflectionFacts | None) -> Said:
    """To the partner. Taken back, it says so and has no button any more."""
    name, at = escape(author.name), when(session.starts_at, session.zone)
    if shared is None:
        return _sentence(f"{name} has taken back what they wrote about your session on {at}.")
    text = f"{name} shares with you what they wrote when looking back at your session on {at}."
    return Said(text, [section(text), inputs.buttons(_see("Read it", shared))])


def _sentence(text: str) -> Said:
    return Said(text, [section(text)])
