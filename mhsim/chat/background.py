"""Background: one event loop in a thread of its own, for callers that have none."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def wait_for(job: Coroutine[Any, Any, T]) -> T:
    """Run a job in the background, wait for it, and return what it returns."""
    return asyncio.run_coroutine_threadsafe(job, _loop()).result()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Start the loop, once per process; what it holds open is closed when the process ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mhsim-chat", daemon=True)
    thread.start()

    def end() -> None:
        asyncio.run_coroutine_threadsafe(loop.shutdown_asyncgens(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()

    atexit.register(end)
    return loop
