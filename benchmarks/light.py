"""What a call costs this process: our client, with and without LangChain, and the provider package.

    python benchmarks/light.py           the figures, added to benchmarks/results/latest.json
    python benchmarks/light.py --quick   the same with next to no work: does it run?

All talk to the same server on this machine, which runs in a process of its own and answers at
once. CPU time is this process's alone, per call; the median of several interleaved measurements.
The last rows are whole conversations by `mhsim`: therapist, patient, critic and judge by HTTP, with
the log and everything else a run does.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from engine import GRAPH, LIBRARY, ROLES, own_peak
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from mhsim import batch
from mhsim.chat import Request
from mhsim.chat.langchain import LightChatModel
from mhsim.chat.light import LightClient
from mhsim.forms import Findings, rating_form
from mhsim.planning import make_plan
from mhsim.process import calm_collector
from mhsim.report.table import table
from mhsim.spec.model import Model
from mhsim.spec.scenario import Arm, Scenario

HERE = Path(__file__).parent
WORKERS = 20
SAID = " ".join(f"word{n % 41} ঘুম" for n in range(30))
"""Sixty words, half of them Bangla, of every message and every reply."""

RATING = rating_form(LIBRARY.load("instrument", "phq9"))


# --- the server


def answers() -> dict[str, str]:
    """Return what is asked for to what is answered."""
    items = {name: {"state": "present", "quotes": ["word1 ঘুম word2"]}
             for name in RATING.model_fields if name.startswith("item_")}  # fmt: skip
    rated = RATING.model_validate({"rationale": SAID, **items})
    forms = {
        '"name":"RatingForm': rated.model_dump_json(),
        '"name":"Findings': Findings(verdict="grounded").model_dump_json(),
        "": SAID,
    }
    return {name: _answer(text) for name, text in forms.items()}


def _answer(text: str) -> str:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 900, "completion_tokens": 80, "total_tokens": 980}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    whole = {"id": "1", "object": "chat.completion", "created": 0, "model": "mock"}
    return json.dumps({**whole, "choices": [choice], "usage": usage})


@contextmanager
def serving() -> Iterator[str]:
    """Run the server in a process of its own; yield its address."""
    command = [sys.executable, str(HERE / "answering.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(answers()) + "\n")
        process.stdin.flush()
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        process.stdin.close()


# --- the clients: each makes ready for so many messages, then makes one call

Call = Callable[[], Awaitable[object]]


def dicts(messages: int) -> list[dict[str, str]]:
    """Return a conversation as chat completions have it."""
    roles = itertools.cycle(("user", "assistant"))
    said = [{"role": next(roles), "content": f"{n} {SAID}"} for n in range(messages - 1)]
    return [{"role": "system", "content": SAID}, *said]


def objects(messages: int) -> list[Any]:
    """Return the same as LangChain has it."""
    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds[m["role"]](m["content"]) for m in dicts(messages)]


async def bare(url: str, messages: int) -> tuple[Call, Callable[[], Awaitable[object]]]:
    """Post JSON and read JSON, and nothing else."""
    session = aiohttp.ClientSession()
    said = dicts(messages)

    async def call() -> object:
        body = orjson.dumps({"model": "mock", "temperature": 0.7, "messages": said})
        async with session.post(f"{url}/chat/completions", data=body) as response:
            return orjson.loads(await response.read())["choices"][0]["message"]["content"]

    return call, session.close


async def light(url: str, messages: int) -> tuple[Call, Callable[[], Awaitable[object]]]:
    """Use the client that seats use."""
    client = LightClient(Model(model="openai-compatible:mock", base_url=url, temperature=0.7))
    request = Request(dicts(messages))
    return lambda: client.send(request), client.close


async def wrapped(url: str, messages: int) -> tuple[Call, Callable[[], Awaitable[object]]]:
    """Use it as a LangChain model."""
    chat = LightChatModel(model="openai-compatible:mock", base_url=url, temperature=0.7)
    said = objects(messages)
    return lambda: chat.ainvoke(said), chat.aclose


async def package(url: str, messages: int) -> tuple[Call, Callable[[], Awaitable[object]]]:
    """Use the provider's package."""
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(model="mock", base_url=url, api_key="none", temperature=0.7, max_retries=0)  # type: ignore[arg-type]
    said = objects(messages)
    return lambda: chat.ainvoke(said), lambda: asyncio.sleep(0)


CLIENTS = {"aiohttp": bare, "light client": light, "LightChatModel": wrapped, "ChatOpenAI": package}


# --- measuring


@dataclass(frozen=True, slots=True)
class Work:
    """How much is done: clients, messages and calls; turns and conversations; repeats."""

    clients: tuple[str, ...] = tuple(CLIENTS)
    messages: tuple[int, ...] = (6, 40, 120)
    calls: int = 600
    turns: int = 20
    conversations: int = 120
    repeats: int = 5


# The provider's package takes seconds to import.
QUICK = Work(
    clients=tuple(CLIENTS)[:3], messages=(6, 10, 12), calls=4, turns=2, conversations=2, repeats=1
)


async def client(name: str, url: str, messages: int, calls: int) -> tuple[float, float]:
    """Make calls, so many at a time; return CPU and wall seconds."""
    call, close = await CLIENTS[name](url, messages)
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(call() for _ in range(WORKERS)))  # connections come about
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(WORKERS)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    await close()
    return cpu, wall


def conversations(runner: asyncio.Runner, url: str, work: Work) -> tuple[float, float, int]:
    """Play whole conversations; return CPU and wall seconds, and the bytes they left."""
    cast = zip(ROLES, ("interviewer", "shopkeeper", "culture", "severity"), strict=True)
    design = Scenario(
        graph=GRAPH,
        cast={role: (name,) for role, name in cast},
        models={"default": Model(model="openai-compatible:mock", base_url=url)},
        limits={"turns": work.turns, "revisions": 1},
        arms={"english": Arm(locales=("en-US",))},
        replicates=work.conversations,
    )
    plan = make_plan(design, LIBRARY)
    with tempfile.TemporaryDirectory() as place:
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        with calm_collector():
            outcome = runner.run(batch.run(plan, place, workers=WORKERS))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert not outcome.failed, outcome.failed
        files = sorted((Path(place) / "trials").iterdir())
        calls = sum(file.read_bytes().count(b'"tokens_in"') for file in files)
        assert calls == 4 * work.turns * work.conversations, calls
        return cpu, wall, sum(file.stat().st_size for file in files)


def rows(runner: asyncio.Runner, url: str, work: Work) -> Iterator[dict[str, Any]]:
    """Measure, interleaved; yield a row each, with medians."""
    cases = list(itertools.product(work.messages, work.clients))
    found: dict[tuple[int, str], list[tuple[float, float]]] = {case: [] for case in cases}
    whole: list[tuple[float, float, int]] = []
    for _ in range(work.repeats):
        for messages, name in cases:
            calls = work.calls if name != "ChatOpenAI" else max(4, work.calls // 4)
            cpu, wall = runner.run(client(name, url, messages, calls))
            found[messages, name].append((cpu / calls, calls / wall))
        whole.append(conversations(runner, url, work))
    for (messages, name), samples in found.items():
        cpu = 1000 * statistics.median(cpu for cpu, _ in samples)
        yield row(name, messages // 2, 1, cpu, statistics.median(each for _, each in samples))
    calls = 4 * work.turns * work.conversations
    cpu = 1000 * statistics.median(cpu for cpu, _, _ in whole) / calls
    rate = calls / statistics.median(wall for _, wall, _ in whole)
    yield row("mhsim", work.turns, 4, cpu, rate) | {
        "conversations": work.conversations,
        "bytes_per_conversation": round(whole[0][2] / work.conversations),
    }


def row(engine: str, turns: int, calls_per_turn: int, cpu: float, rate: float) -> dict[str, Any]:
    """Return a row as all benchmarks write it; a call with n messages counts as n/2 turns."""
    return {
        "engine": engine,
        "transport": "http",
        "turns": turns,
        "conversations": 1,
        "workers": WORKERS,
        "latency_ms": 0,
        "calls_per_turn": calls_per_turn,
        "cpu_ms_per_call": round(cpu, 4),
        "cpu_ms_per_turn": round(cpu * calls_per_turn, 4),
        "calls_per_s": round(rate),
        "peak_rss_mb": round(own_peak(), 1),
        "bytes_per_conversation": None,
    }


# --- telling


def told(found: list[dict[str, Any]], work: Work) -> str:
    """Lay the rows out: CPU per call by client and messages."""
    cpu = {(row["engine"], row["turns"]): row["cpu_ms_per_call"] for row in found}
    lines = [
        [name, *(f"{cpu[name, messages // 2]:.2f}" for messages in work.messages)]
        for name in work.clients
    ]
    head = ["CPU ms per call", *(f"{messages} messages" for messages in work.messages)]
    return table(head, lines)


def targets(found: list[dict[str, Any]], work: Work) -> Iterator[tuple[str, float, float]]:
    """Yield what is aimed at: what it is, what was measured, and the most it may be."""
    cpu = {(row["engine"], row["turns"]): row["cpu_ms_per_call"] for row in found}
    short, middle, long = (messages // 2 for messages in work.messages)
    more = max(cpu["light client", n] - cpu["aiohttp", n] for n in (short, middle, long))
    yield "CPU ms per call more than bare aiohttp, at worst", more, 0.6
    grown = cpu["light client", long] - cpu["light client", short]
    yield f"CPU ms per call more at {2 * long} messages than at {2 * short}", grown, 0.1
    if "ChatOpenAI" in work.clients:
        part = cpu["light client", middle] / cpu["ChatOpenAI", middle]
        yield f"light client, as part of ChatOpenAI at {2 * middle} messages", part, 0.2
    yield "CPU ms per call with log, engine and judging", found[-1]["cpu_ms_per_call"], 0.8


def keep(found: list[dict[str, Any]], path: Path) -> None:
    """Put the rows into the file of results, in place of older ones."""
    before = json.loads(path.read_text("utf-8")) if path.exists() else []
    others = [row for row in before if row["transport"] != "http"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([*others, *found], indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="next to no work: does it run?")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "latest.json")
    given = parser.parse_args()
    work = QUICK if given.quick else Work()
    # One event loop for all: the provider's package shares connections between its models.
    with serving() as url, asyncio.Runner() as runner:
        found = list(rows(runner, url, work))
    print(f"{told(found, work)}\n")
    checked = [
        [what, f"{value:.3f}", f"{most:g}", "yes" if value <= most else "NO"]
        for what, value, most in targets(found, work)
    ]
    print(table(["target", "measured", "at most", "met"], checked))
    keep(found, given.out)
    print(f"\n{given.out}")


if __name__ == "__main__":
    main()
