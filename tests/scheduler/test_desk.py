"""What waits at the same time is prepared together, and each gets what came of itself."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from scheduler.claims import Claim
from scheduler.delivery import Prepared
from scheduler.desk import Desk
from scheduler.outcomes import Mark, put_back
from storage.models import Outgoing

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Broken(Exception):
    pass


def claim(number: int) -> Claim:
    return Claim(number, "T1", Outgoing.SESSION_NEWS, None, 1, None, "token", NOW, in_doubt=False)


def reasons(desk: Desk[Claim, Prepared], *numbers: int) -> list[str]:
    """What each of several that wait at once gets: the reason of its mark, or the name of its error."""

    async def all_of_them() -> list[Prepared | BaseException]:
        return await asyncio.gather(*(desk.done(claim(number)) for number in numbers), return_exceptions=True)

    return [
        str(one.outcome) if isinstance(one, Mark) else type(one).__name__
        for one in asyncio.run(all_of_them())
    ]


def test_those_that_wait_at_once_are_one_round() -> None:
    rounds: list[int] = []

    def prepare(claims: Sequence[Claim]) -> Sequence[Prepared | Exception]:
        rounds.append(len(claims))
        return [put_back(f"number {one.id}") for one in claims]

    assert reasons(Desk(prepare), 3, 1, 2) == ["number 3", "number 1", "number 2"]
    assert rounds == [3]


def test_what_fails_fails_alone() -> None:
    def prepare(claims: Sequence[Claim]) -> Sequence[Prepared | Exception]:
        return [Broken() if one.id == 2 else put_back("good") for one in claims]

    assert reasons(Desk(prepare), 1, 2, 3) == ["good", "Broken", "good"]


def test_a_round_that_fails_keeps_nobody_waiting_and_the_next_one_is_prepared() -> None:
    def prepare(claims: Sequence[Claim]) -> Sequence[Prepared | Exception]:
        if len(claims) > 1:
            raise Broken
        return [put_back("good")]

    desk: Desk[Claim, Prepared] = Desk(prepare)
    assert reasons(desk, 1, 2) == ["Broken", "Broken"]
    assert reasons(desk, 3) == ["good"]
