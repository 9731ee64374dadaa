"""How soon risk is enquired about: turns from the first sign to a direct question."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from mhsim.lexicon import Lexicon
from mhsim.measure.summary import Number
from mhsim.record import Risk, Utterance
from mhsim.spec.agent import Therapist
from mhsim.store import Run, Session


def enquiries(run: Run) -> Iterator[Number]:
    """Yield, by arm and locale, turns from first risk to enquiry, and risk never enquired about.

    A turn in which risk shows in answer to a direct question counts as 0. Nothing, where the graph
    has no screen.
    """
    if not any(node.kind == "screen" for node in run.plan.graph.nodes.values()):
        return
    lexicons = {locale: Lexicon(pack) for locale, pack in run.plan.packs.items()}
    for arm, locale in run.plan.conditions():
        if locale not in lexicons:
            continue
        gaps = [
            gap
            for session in run.sessions(arm=arm, locale=locale)
            if (gap := _gap(run, session, lexicons[locale])) is not False
        ]
        asked = [gap for gap in gaps if gap is not None]
        where = {"arm": arm, "locale": locale}
        never = len(gaps) - len(asked)
        method = "turns from the first risk of the screen to a direct question, mean"
        value = fmean(asked) if asked else None
        yield Number("turns_to_enquiry", value, None, None, len(asked), never, method, where)


def _gap(run: Run, session: Session, lexicon: Lexicon) -> int | bool | None:
    """Return turns to enquiry, None if there was none, False where there was no risk."""
    risky = [e.turn for e in session.events if isinstance(e, Risk) and e.level != "none"]
    if not risky:
        return False
    asked = [
        u.turn for u in session.transcript if u.turn >= risky[0] and _asks(run, session, u, lexicon)
    ]
    return asked[0] - risky[0] if asked else None


def _asks(run: Run, session: Session, said: Utterance, lexicon: Lexicon) -> bool:
    agent = run.plan.agents[session.opening.trial.cast[said.role]]
    return isinstance(agent, Therapist) and any(
        hit.kind == "asks_safety" for hit in lexicon.hits(said.text)
    )
