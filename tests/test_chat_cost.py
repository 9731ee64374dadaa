"""What calls cost, what a run may spend, and what it does not pay for twice."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chat import Scripted, pooled
from clockwork import timed
from hypothesis import given
from hypothesis import strategies as st

from mhsim.chat import Books, Pool, Reply, Request, Spending, Terms, afford
from mhsim.chat.address import Place, address, endpoint, largest
from mhsim.chat.cache import Cache
from mhsim.chat.price import tariff
from mhsim.chat.purse import Purse
from mhsim.chat.tape import Tape
from mhsim.errors import Halt, InputError, RunError
from mhsim.spec.model import Model

ASKED = Request([{"role": "user", "content": "How are you?"}])
PRICED = {"price": {"input": 2.0, "output": 10.0, "cached": 0.5}}
HERE = Place("trial", "patient")


def model(name: str = "openai:gpt-5-mini", **more: Any) -> Model:
    return Model.model_validate({"model": name, **more})


# --- prices


def test_the_scenarios_own_price_comes_first() -> None:
    """Per million tokens; what the provider had cached costs its own price."""
    own = tariff(model(**PRICED))
    assert own is not None
    assert own.cost(1_000_000, 100_000, 400_000) == pytest.approx(1.2 + 0.2 + 1.0)


@pytest.mark.parametrize(
    "name", ["openai:gpt-5-mini", "anthropic:claude-opus-4-5", "google:gemini-2.5-pro"]
)
def test_list_prices_are_known_offline(name: str) -> None:
    """Writing costs more than reading, and reading what is cached less."""
    listed = tariff(model(name))
    assert listed is not None
    read, written, cached = (listed.cost(*tokens) for tokens in ((9, 0), (0, 9), (9, 0, 9)))
    assert 0 < cached < read < written


def test_long_calls_may_cost_more() -> None:
    """Where the list says so, the whole call does."""
    listed = tariff(model("google:gemini-2.5-pro"))
    assert listed is not None
    assert listed.cost(300_000, 0) > 2.5 * listed.cost(150_000, 0)


@pytest.mark.parametrize(
    "known", [{"name": "ollama:llama3"}, {"name": "openai:gpt-5-mini", "base_url": "http://here"}]
)
def test_what_nobody_knows_the_price_of_costs_nothing_known(known: dict[str, Any]) -> None:
    """Not even a model of a famous name behind another door: unknown is no zero."""
    assert tariff(model(**known)) is None


async def test_an_answer_tells_its_cost_or_nothing() -> None:
    """Unknown where the price or the tokens are."""
    reply = Reply("Tired.", tokens_in=1000, tokens_out=100, tokens_cached=400)
    priced = pooled(Scripted(reply), **PRICED)
    assert priced.usage(await priced.send(ASKED)).cost == pytest.approx(0.0024)
    assert (await pooled(Scripted(reply)).send(ASKED)).cost is None
    assert (await pooled(Scripted(Reply("Tired.")), **PRICED).send(ASKED)).cost is None


def test_a_budget_needs_a_price() -> None:
    """Or another budget that needs none."""
    with pytest.raises(InputError, match=r"the price of ollama:x is not known.*--budget-tokens"):
        afford(Terms(budget=1.0), [model(), model("ollama:x"), model("reference")])
    afford(Terms(budget=1.0, budget_tokens=10), [model("ollama:x")])
    afford(Terms(budget=1.0), [model("ollama:x", **PRICED), model("reference")])


# --- the budget


CALLS = st.lists(
    st.tuples(st.floats(0.0, 3.0), st.floats(0.0, 1.0), st.floats(0.0, 9.0)), max_size=60
)


@given(st.floats(0.1, 20.0), CALLS)
def test_a_budget_is_never_exceeded_however_many_call_at_once(budget, calls) -> None:
    """Calls cost at most what was feared; those that did not fit are told, and none waits on."""
    purse = Purse(budget, None, Spending())
    paid: list[float] = []

    async def one(most: float, share: float, later: float) -> None:
        await asyncio.sleep(later)
        hold = await purse.hold(most, 0)
        await asyncio.sleep(1)
        purse.settle(hold, most * share, 0)
        paid.append(most * share)
        assert purse.spent.dollars <= budget + 1e-9

    async def everyone() -> list[Any]:
        return await asyncio.gather(*(one(*call) for call in calls), return_exceptions=True)

    told = [result for result in timed(everyone())[0] if result is not None]
    assert all(isinstance(halt, Halt) and halt.reason == "budget" for halt in told)
    assert purse.spent.dollars == pytest.approx(sum(paid))
    if told:
        assert sum(paid) + max(most for most, _, _ in calls) > budget


def test_a_call_that_does_not_fit_waits_for_those_under_way() -> None:
    """They may cost less than was feared."""
    purse = Purse(None, 100, Spending())

    async def run() -> float:
        first = await purse.hold(0, 90)
        asyncio.get_running_loop().call_later(5, purse.settle, first, 0.0, 10)
        await purse.hold(0, 90)
        return asyncio.get_running_loop().time()

    assert timed(run())[0] == 5


def test_the_message_says_what_was_spent() -> None:
    """And what the budget was."""
    purse = Purse(1.5, 1000, Spending(calls=3, tokens=900, dollars=1.0, unpriced=1))
    with pytest.raises(Halt) as caught:
        timed(purse.hold(1.0, 10))
    assert str(caught.value) == (
        "the next call could exceed the budget of 1.5 US dollars and 1,000 tokens; "
        "spent: 1.0000 US dollars, 900 tokens, 3 calls, the cost of 1 calls unknown"
    )


@given(st.text(), st.text())
def test_no_call_reads_more_tokens_than_it_has_bytes(said: str, told: str) -> None:
    """Whatever script it is in; a reply is as long as allowed, or twice the longest seen."""
    request = Request([{"role": "user", "content": said}, {"role": "user", "content": told}])
    size = largest(request, max_tokens=50)
    assert size.read >= len((said + told).encode(errors="replace"))
    assert size.total == size.read + 50
    assert largest(request, None, seen=9000).written == 18_000


# --- the digest of a call


def test_what_decides_a_reply_decides_the_digest() -> None:
    """Model, address, parameters, messages, schema, mode, draw; not the key, nor the pace."""
    plain = endpoint(model())
    others = [{"base_url": "http://x"}, {"temperature": 0.1}, {"seed": 1}, {"max_tokens": 9}]
    assert len({plain, endpoint(model("openai:x")), *(endpoint(model(**o)) for o in others)}) == 6
    pace = {"api_key_env": "MY_KEY", "timeout": 5.0, "concurrency": 3, **PRICED}
    assert endpoint(model(**pace)) == plain
    said = ASKED.messages
    calls = [
        ASKED,
        Request([{"role": "system", "content": "How are you?"}]),
        Request([{"role": "user", "content": "How are"}, {"role": "user", "content": " you?"}]),
        Request(said, draw=1),
        Request(said, {"title": "form"}),
        Request(said, {"title": "form"}, "tool"),
    ]
    assert len({address(plain, call) for call in calls}) == len(calls)
    assert address(plain, ASKED) == address(plain, Request(list(said), hear=print))


# --- the run's own tape


def send(books: Books, *replies: Any, request: Request = ASKED) -> tuple[Reply, int]:
    """Make one call; return the reply, and how many calls a model got."""
    client = Scripted(*replies)
    reply = timed(pooled(client, books, **PRICED).send(request))[0]
    books.close()
    return reply, len(client.sent)


def test_what_was_paid_for_is_not_asked_again() -> None:
    """A run that goes on takes the replies of cut trials from its tape, and knows what it spent."""
    tape = Path("calls.jsonl")
    first, _ = send(Books(tape=tape), "Tired.")
    again = Books(tape=tape, cut={"trial"})
    assert again.spent == Spending(calls=1, tokens=10, dollars=pytest.approx(4.4e-05))
    assert send(again, "Other.") == (first, 0)
    assert send(Books(tape=tape, cut={"another"}), "Other.")[1] == 1
    assert len(tape.read_text().splitlines()) == 2


def test_half_a_line_on_a_tape_is_cut_off() -> None:
    """A crash left it; a line that is damaged in the middle is named."""
    path = Path("calls.jsonl")
    send(Books(tape=path), "Tired.")
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    send(Books(tape=path), "Cold.")
    assert path.read_bytes().startswith(whole)
    assert Tape(path).spent.calls == 2
    path.write_bytes(b"{}\n" + whole)
    with pytest.raises(RunError, match=r"calls\.jsonl: line 1 is damaged"):
        Tape(path)


def test_a_tape_that_cannot_be_written_stops_the_run() -> None:
    """What is paid for must be on disk."""
    with pytest.raises(RunError, match="see to the disk"):
        send(Books(tape=Path("nowhere/calls.jsonl")), "Tired.")


# --- cache, recording, replay


def test_a_cache_answers_for_other_runs_and_costs_nothing() -> None:
    """The usage says so; tokens are those of the first time."""
    terms = Terms(cache=Path("replies"))
    first, calls = send(Books(terms), "Tired.")
    again, more = send(Books(terms), "Other.")
    assert (calls, more) == (1, 0)
    assert (again.text, again.source, again.cost) == ("Tired.", "cache", 0.0)
    assert (first.source, again.tokens) == (None, first.tokens)
    assert send(Books(terms), "Other.", request=Request(ASKED.messages, draw=1))[1] == 1


def test_a_seat_that_asks_again_gets_another_reply() -> None:
    """As without a cache; the next run gets both, in the same order."""
    terms = Terms(cache=Path("replies"))

    async def both(client: Scripted) -> list[str]:
        there = pooled(client, Books(terms))
        return [(await there.send(ASKED)).text for _ in range(2)]

    assert timed(both(Scripted("no", "yes")))[0] == ["no", "yes"]
    unasked = Scripted("never")
    assert timed(both(unasked))[0] == ["no", "yes"]
    assert unasked.sent == []


def test_many_processes_may_fill_one_cache() -> None:
    """Nothing is lost, and the first reply to a call stays."""
    code = (
        "import sys; from pathlib import Path; from mhsim.chat.cache import Cache;"
        "from mhsim.chat import Reply; c = Cache(Path('replies'));"
        "[c.put(f'{n}', Reply(f'{n} {sys.argv[1]}')) for n in range(300)]"
    )
    jobs = [subprocess.Popen([sys.executable, "-c", code, str(n)]) for n in range(3)]
    assert [job.wait(60) for job in jobs] == [0, 0, 0]
    cache = Cache(Path("replies"))
    found = [cache.get(f"{n}") for n in range(300)]
    assert all(reply and reply.text.startswith(f"{n} ") for n, reply in enumerate(found))
    cache.put("0", Reply("late"))
    assert cache.get("0") == found[0]


def test_a_cache_that_is_none_is_named() -> None:
    """With what to do."""
    Path("replies").mkdir()
    Path("replies/replies.sqlite").write_text("no database, whatever its name may say" * 9)
    with pytest.raises(RunError, match=r"the cache cannot be used.*name another folder"):
        Books(Terms(cache=Path("replies")))


def test_a_recording_is_played_without_anybody() -> None:
    """No key, no package, no price; and once for each call that was recorded."""
    first, _ = send(Books(Terms(record=Path("tape"))), "Tired.")
    played = Pool(Books(Terms(replay=Path("tape"))))
    there = played.get(model("openai:x", base_url="http://here", **PRICED))
    seat, heard = there.at("trial", "patient"), list[str]()
    asked = Request(ASKED.messages, hear=heard.append)
    again = timed(seat.send(asked))[0]
    assert (again.text, again.source, again.cost, again.seconds) == (
        first.text, "replay", 0.0, first.seconds
    )  # fmt: skip
    assert heard == ["Tired."]
    with pytest.raises(Halt, match="tape: patient of trial asks something that is not on the rec"):
        timed(seat.send(asked))


def test_a_replay_needs_a_recording_and_nothing_else() -> None:
    """Said before anything begins."""
    with pytest.raises(InputError, match="tape: there is no such recording"):
        Books(Terms(replay=Path("tape")))
    Path("tape").touch()
    with pytest.raises(InputError, match="no cache, no record"):
        Books(Terms(replay=Path("tape"), cache=Path("replies")))


def test_no_key_stands_on_a_tape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what was asked: digests only."""
    monkeypatch.setenv("MY_KEY", "sk-planted")
    send(Books(Terms(cache=Path("replies")), Path("calls.jsonl")), "Tired.")
    files = [p.read_bytes() for p in Path().rglob("*") if p.is_file()]
    assert not any(b"sk-planted" in data or b"How are you" in data for data in files)
    row = json.loads(Path("calls.jsonl").read_text())
    assert list(row) == ["trial", "role", "key", "reply"]
