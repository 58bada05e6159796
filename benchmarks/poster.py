"""The floor of sending: a bare `AsyncWebClient` with one shared session that posts one message many times."""

import asyncio
import json
import sys
import time

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.processes import Json, say


async def main(api_url: str) -> None:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token="xoxb-1", base_url=api_url, session=session, retry_handlers=[])  # noqa: S106 - of nobody
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked: Json = json.loads(line)
            started = time.perf_counter()
            await _post(client, asked["message"], asked["many"], asked["at_once"])
            say({"seconds": time.perf_counter() - started})


async def _post(client: AsyncWebClient, message: Json, many: int, at_once: int) -> None:
    left = iter(range(many))

    async def one_lane() -> None:
        for _ in left:
            await client.chat_postMessage(**message)

    await asyncio.gather(*(one_lane() for _ in range(at_once)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
