"""`mhsim ctl`: steer a running batch from another terminal."""

from __future__ import annotations

from typing import Any, Literal

from mhsim.cli.output import document, say, table
from mhsim.errors import InputError


def ctl(
    run: str,
    verb: Literal["pause", "resume", "cancel", "workers", "why"],
    what: str | None = None,
    /,
    *,
    json: bool = False,
) -> int:
    """Steer a running batch: pause, resume, cancel, workers, why.

    Every change is written to the run's log with its time. Only who runs the batch can steer it.
    Paused, it finishes the turns in flight and begins none. A cancelled conversation is closed as
    stopped after its last whole turn.

    Examples:
        mhsim ctl persona-trap why
        mhsim ctl runs/first pause
        mhsim ctl runs/first workers 32
        mhsim ctl runs/first cancel adapted.bn-BD.shopkeeper.001

    Args:
        run: a run directory, or the name of one in runs/.
        verb: what to do; `why` says what every conversation and every connection waits for.
        what: the conversation to cancel, or how many workers.
        json: print the answer as JSON.
    """
    if (what is None) is (verb in ("cancel", "workers")):
        needs = {"cancel": "the id of a conversation", "workers": "a whole number"}.get(verb)
        raise InputError(f"mhsim ctl: {verb} needs {needs or 'nothing more'}")
    from mhsim.control import ask
    from mhsim.store import find_run

    answer = ask(find_run(run), verb, what)
    if json:
        document(answer=answer)
    elif isinstance(answer, str):
        say(answer)
    else:
        _why(answer)
    return 0


def _why(told: dict[str, Any]) -> None:
    held = [word for word in ("paused", "stopping") if told[word]]
    held += [] if told["room"] else ["waiting for room on the disk"]
    say(f"{len(told['going'])} conversations go on, {told['workers']} workers wanted"
        f"{''.join(f', {word}' for word in held)}")  # fmt: skip
    if told["going"]:
        rows = [
            [each["trial"], str(each["turn"]), each["waits_for"], f"{each['seconds']:.1f}"]
            for each in sorted(told["going"], key=lambda each: -each["seconds"])
        ]
        say()
        say(table(["conversation", "turn", "waits for", "seconds"], rows))
    if told["connections"]:
        head = ["connection", "now", "in line", "limit", "again in", "last error"]
        say()
        say(table(head, [_connection(each) for each in told["connections"]]))


def _connection(told: dict[str, Any]) -> list[str]:
    again = f"{told['paused']:.1f} s" if told["paused"] is not None else "-"
    limit = "none" if told["limit"] is None else str(told["limit"])
    numbers = [str(told["in_flight"]), str(told["waiting"])]
    return [told["name"], *numbers, limit, again, told["last_error"] or "-"]
