"""Does together what comes in at the same time: what costs once for all need not be paid once for each."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Done = TypeVar("Done")


class Desk(Generic[Asked, Done]):
    """Lives in one event loop; its work is done in a thread.

    Nothing waits to be company for something else: whoever comes while the desk is busy is of the next round.
    """

    def __init__(self, work: Callable[[Sequence[Asked]], Sequence[Done | Exception]]) -> None:
        """`work` gives one answer for each, in their order. What it raises goes to all of them."""
        self._do = work
        self._waiting: list[tuple[Asked, asyncio.Future[Done]]] = []
        self._at_work: asyncio.Task[None] | None = None

    async def done(self, asked: Asked) -> Done:
        """Raises what came of this one."""
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            round_, self._waiting = self._waiting, []
            found = await self._of_round([asked for asked, _ in round_])
            for (_, answer), one in zip(round_, found, strict=True):
                if answer.cancelled():
                    continue
                if isinstance(one, Exception):
                    answer.set_exception(one)
                else:
                    answer.set_result(one)

    async def _of_round(self, asked: Sequence[Asked]) -> Sequence[Done | Exception]:
        try:
            return await asyncio.to_thread(self._do, asked)
        except Exception as error:
            return [error] * len(asked)
