"""The page put together: one file, no network, scripts and styles admitted by their hash alone."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from mhsim.measure.summary import Number
from mhsim.report.html.agreement import agreement
from mhsim.report.html.bars import flags, variance
from mhsim.report.html.compared import compared
from mhsim.report.html.confusion import confusion
from mhsim.report.html.courses import courses
from mhsim.report.html.forest import forest
from mhsim.report.html.found import Found
from mhsim.report.html.items import items
from mhsim.report.html.methods import methods
from mhsim.report.html.played import Told, overview, told
from mhsim.report.html.sheet import Section
from mhsim.report.html.talk import packed
from mhsim.report.terminal import SIMULATED
from mhsim.spec.agent import Patient
from mhsim.store import Run

_PARTS = (forest, agreement, confusion, courses, items, variance, compared, flags)

_RESEARCH = (
    "A research simulation: no patients, no diagnosis, no therapy. Judges are observers reading a "
    "transcript."
)
_WITHHELD = (
    "Words of utterances about self-harm are withheld on this page, with what was cited from them "
    "and judges' reasons from there on (mhsim report --with-risk shows them)."
)


def page(run: Run, numbers: Sequence[Number], with_risk: bool = False) -> str:
    """Return the page.

    Args:
        run: the run.
        numbers: all that was measured of it.
        with_risk: show the words of utterances about self-harm.
    """
    kept = told(run, with_risk)
    found = Found(numbers)
    drawn = [section for part in _PARTS if (section := part(found)) is not None]
    sections = [overview(run, kept), *drawn, methods(run.plan, numbers)]
    style, script = _asset("page.css"), _asset("page.js") + _asset("reader.js")
    title = f"{run.plan.name}: report"
    return "".join([
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; script-src ',
        f"'{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'\">",
        f"<title>{escape(title)}</title><style>{style}</style></head><body>",
        '<a class="skip" href="#main">To the results</a>',
        f"<header><h1>{escape(title)}</h1>{''.join(_notes(run, with_risk))}",
        f'{_contents(sections)}</header><main id="main" tabindex="-1">',
        *map(str, sections), _NUMBERS, _READ, "</main>",
        *_data(kept, numbers, run),
        f"<script>{script}</script></body></html>\n",
    ])  # fmt: skip


def _asset(name: str) -> str:
    return files("mhsim.report.html").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _notes(run: Run, with_risk: bool) -> Iterator[str]:
    scenario = run.plan.scenario
    if "reference" in {scenario.model_for(role).model for role in scenario.cast}:
        yield f'<p class="simulated"><strong>{escape(SIMULATED)}</strong></p>'
    yield f"<p>{_RESEARCH}</p>"
    if not with_risk:
        yield f"<p>{escape(_WITHHELD)}</p>"


def _contents(sections: Sequence[Section]) -> str:
    named = [*((s.name, s.heading) for s in sections), ("numbers", "Every number"),
             ("read", "Conversations")]  # fmt: skip
    links = "".join(f'<li><a href="#{n}">{escape(heading)}</a></li>' for n, heading in named)
    return f'<nav aria-label="Contents"><ul>{links}</ul></nav>'


def _json(name: str, data: Any) -> str:
    # `<` is written as an escape: nothing a name holds can end the script it stands in.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def _patient_roles(run: Run) -> set[str]:
    agents = run.plan.agents
    casts = [t.cast for t in run.plan.listed] if run.plan.listed else run.plan.casts()
    return {r for cast in casts for r, n in cast.items() if isinstance(agents[n], Patient)}


def _data(kept: Told, numbers: Sequence[Number], run: Run) -> Iterator[str]:
    """Yield what scripts read, each conversation by itself so that only what is read is opened."""
    scales = {name: list(scale.items) for name, scale in run.plan.instruments.items()}
    people = sorted(_patient_roles(run))
    shown = {"run": run.plan.name, "talks": kept.index, "scales": scales, "patients": people}
    yield _json("index", shown)
    rows = [[n.measure, n.where, n.value, n.low, n.high, n.n, n.missing, n.method] for n in numbers]
    yield f'<script type="text/plain" id="every">{packed(rows)}</script>'
    for place, talk in enumerate(kept.talks):
        yield f'<script type="text/plain" id="talk{place}">{talk}</script>'


_NUMBERS = """
<section id="numbers" aria-labelledby="numbers-h"><h2 id="numbers-h">Every number</h2>
<p>All that was measured, with interval, patients, what is missing and the method.</p>
<p><label>Measure or place contains <input id="find" type="search" autocomplete="off"></label>
<button id="all-csv" type="button">Save all as CSV</button>
<span id="found" role="status"></span></p>
<div id="every-table" class="wide" tabindex="0" role="region" aria-label="Every number"></div>
</section>"""

_READ = """
<section id="read" aria-labelledby="read-h"><h2 id="read-h">Conversations</h2>
<noscript><p>Conversations are shown by a script; this page contains it and it needs no network.
</p></noscript>
<form id="filter"></form><p id="count" role="status"></p>
<div class="reader"><ol id="list"></ol>
<article id="talk" tabindex="-1" aria-label="Conversation"></article></div></section>"""
