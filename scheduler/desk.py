"""Prepares together what waits at the same time, so that messages of one session read it only once."""

import asyncio
from collections.abc import Callable, Sequence

from scheduler.claims import Claim
from scheduler.outcomes import Mark
from scheduler.preparing import Parcel

Prepared = Parcel | Mark
Prepare = Callable[[Sequence[Claim]], Sequence[Prepared | Exception]]
"""Runs in a thread; one answer per claim, in their order. What it raises goes to all of them."""


class Desk:
    """One workspace's, so that none waits for another. Lives in one event loop.

    Nothing waits to be company for something else: whoever comes while the desk is busy is of the next round.
    """

    def __init__(self, prepare: Prepare) -> None:
        self._prepare = prepare
        self._waiting: list[tuple[Claim, asyncio.Future[Prepared]]] = []
        self._at_work: asyncio.Task[None] | None = None

    async def prepared(self, claim: Claim) -> Prepared:
        """Raises what came of this one claim."""
        answer: asyncio.Future[Prepared] = asyncio.get_running_loop().create_future()
        self._waiting.append((claim, answer))
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            round_, self._waiting = self._waiting, []
            found = await self._of_round([claim for claim, _ in round_])
            for (_, answer), one in zip(round_, found, strict=True):
                if answer.cancelled():
                    continue
                if isinstance(one, Exception):
                    answer.set_exception(one)
                else:
                    answer.set_result(one)

    async def _of_round(self, claims: Sequence[Claim]) -> Sequence[Prepared | Exception]:
        try:
            return await asyncio.to_thread(self._prepare, claims)
        except Exception as error:
            return [error] * len(claims)
