"""A chat-completions server that misbehaves as often as it is told, for the fault campaign.

    python benchmarks/fault_server.py '{"slow": 0.05, "hang": 0.02}'

The first line of its output is its address. `GET /told` returns what it has done so far. Every
reply it gives has a number of its own, so that whatever stands in a log can be traced to it.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from typing import Any

from aiohttp import web

LATENCY = 0.02
"""Seconds a good reply takes."""

REFUSAL = "I'm sorry, but I can't help with that."
FOREIGN = "আজ মনটা ভালো নেই, রাতে ঘুম আসে না, কারও সাথে কথা বলতে ইচ্ছে করে না"


class Server:
    """Answers, or does not.

    Args:
        shares: fault to the share of calls it befalls: `slow` (429), `broken` (500), `hang`, `cut`,
            `garbled` (no JSON), `foreign` (the wrong language), `refusal`.
        seed: of the draws.
    """

    def __init__(self, shares: dict[str, float], seed: int = 7) -> None:
        self.shares = shares
        self.draw = random.Random(seed)
        self.told: Counter[str] = Counter()
        self.number = 0
        self.form: dict[str, Any] | None = None

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, or fail at it."""
        asked = await request.json()
        fault = self._fault()
        self.told[fault or "good"] += 1
        if fault == "slow":
            headers = {"Retry-After": "1"} if self.draw.random() < 0.5 else {}
            return web.json_response(
                {"error": {"message": "slow down"}}, status=429, headers=headers
            )
        if fault == "broken":
            return web.json_response({"error": {"message": "oops"}}, status=500)
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "cut" and request.transport is not None:
            request.transport.abort()
            return web.Response()
        await asyncio.sleep(LATENCY)
        self.number += 1
        form = self._form(asked)
        text = self._said(fault) if form is None else self._filled(form, fault)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if "tools" in asked and fault != "refusal":
            called = {"name": asked["tools"][0]["function"]["name"], "arguments": text}
            message = {"role": "assistant", "tool_calls": [{"function": called}]}
        usage = {"prompt_tokens": 100, "completion_tokens": 20}
        body = json.dumps(
            {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage},
            ensure_ascii=False,
        )
        if fault == "garbled" and form is None:
            body = body[: len(body) // 2]
            self.told["half"] += 1
        return web.Response(text=body, content_type="application/json")

    async def tell(self, request: web.Request) -> web.Response:
        """Return what it has done."""
        return web.json_response(self.told)

    def _fault(self) -> str | None:
        at = self.draw.random()
        for name, share in self.shares.items():
            at -= share
            if at < 0:
                return name
        return None

    def _form(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """Return the form to be filled in, however it is asked for; None for plain words."""
        given = asked.get("response_format", {}).get("json_schema", {}).get("schema")
        if "tools" in asked:
            given = asked["tools"][0]["function"]["parameters"]
        self.form = given or self.form
        wanted = "response_format" in asked or "JSON object" in asked["messages"][0]["content"]
        return self.form if given or wanted else None

    def _said(self, fault: str | None) -> str:
        if fault == "refusal":
            return REFUSAL
        return f"{FOREIGN} ({self.number})" if fault == "foreign" else f"I get by ({self.number})."

    def _filled(self, form: dict[str, Any], fault: str | None) -> str:
        """Fill a judge's form: the first item present with value 2, all others not come up."""
        if fault == "refusal":
            return REFUSAL
        items = [name for name in form["properties"] if name.startswith("item_")]
        filled: dict[str, Any] = {"rationale": f"read ({self.number})"}
        for name in items:
            filled[name] = {"state": "not_assessed", "quotes": []}
        filled[items[0]] = {"state": "scaled", "value": 2, "quotes": ["I get by"]}
        text = json.dumps(filled)
        return text[: len(text) // 2] + "}]" if fault == "garbled" else text


async def serve(shares: dict[str, float]) -> None:
    """Serve until the process is ended."""
    server = Server(shares)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.complete)
    app.router.add_get("/told", server.tell)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    print(f"http://127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
