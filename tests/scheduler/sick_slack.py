"""A Slack that is ill in its own way for each workspace, so that many faults are met in one run."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from tests.scheduler.fake_slack import LOST, Call, FakeSlack, Fault, Json

UPLOAD = "upload"
"""The place to which the bytes of a file go. No method of Slack's, so it answers with none of its words."""


@dataclass
class SickSlack(FakeSlack):
    """`ills` are faults by workspace and method, and last until they are taken out."""

    ills: dict[tuple[str, str], Fault] = field(default_factory=dict)
    leave: asyncio.Event = field(init=False)
    """Lets those calls end that were never to be answered."""

    async def start(self) -> web.AppRunner:
        self.leave = asyncio.Event()
        return await super().start()

    def made_in(self, workspace: str, method: str | None = None) -> list[Call]:
        """The calls in one workspace."""
        return [one for one in self.calls if workspace_of(one) == workspace and method in (None, one.method)]

    def carry_out(self, call: Call) -> Json:
        answer = super().carry_out(call) if call.method != UPLOAD else {}
        if call.method == "files.getUploadURLExternal":
            answer["upload_url"] += f"?workspace={workspace_of(call)}"
        return answer

    async def silence(self, _: Call) -> web.Response:
        """The call is never answered."""
        await self.leave.wait()
        return LOST

    async def _spoil(self, call: Call) -> Json | web.Response | None:
        ill = self.ills.get((workspace_of(call), call.method))
        return await ill(call) if ill else await super()._spoil(call)

    async def _upload(self, request: web.Request) -> web.Response:
        await request.read()
        call = Call(UPLOAD, {}, f"Bearer xoxb-{request.query['workspace']}")
        self.calls.append(call)
        spoilt = await self._spoil(call)
        if spoilt is LOST and request.transport is not None:
            request.transport.abort()
        return spoilt if isinstance(spoilt, web.Response) else web.Response(text="OK")


def workspace_of(call: Call) -> str:
    return call.token.removeprefix("Bearer xoxb-")
