"""Tells an outside monitor that messages go out. When it stops, somebody is paged who need not look."""

import aiohttp
import structlog

WITHIN_S = 10

log = structlog.get_logger(__name__)


class Heartbeat:
    """A web address that is called while all is well. Who knows it can say so too: no log has it."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def beat(self) -> None:
        """Never raises: whoever waits for the beat notices that it did not come."""
        try:
            timeout = aiohttp.ClientTimeout(total=WITHIN_S)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self._url) as answer:
                if answer.status >= 400:
                    log.warning("heartbeat refused", status=answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("heartbeat not heard", error=type(error).__name__)
