"""A locale pack as text: every entry with its gloss, source, confidence and review status."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mhsim.showing.paper import Paper
from mhsim.spec.culture import Claim, Context, CrisisLine, Idiom, LocalePack, Marker

NOT = (
    "What may be said there, never what a person from there must say: that is the person's own"
    " formulation. Not a description of a people, not for clinical or public use."
)
HIDDEN = "last verified never, not shown until a person has verified it"


def locale(paper: Paper, pack: LocalePack) -> None:
    """Write what the pack is and is not, then everything in it."""
    tongue = pack.language
    paper.head(f"{pack.locale}: {tongue.name}, script {tongue.script}")
    paper.field("endonym", tongue.endonym)
    paper.field("status", pack.status)
    paper.field("review", _review(pack))
    paper.field("author", f"language confidence {pack.author_language_confidence}")
    paper.field("covers", pack.scope_note)
    paper.field("is not", NOT)
    seen = "reviewed" if pack.review.done else "not reviewed"
    paper.head(f"Idioms of distress: {len(pack.idioms)}, {seen}")
    for idiom in pack.idioms:
        _idiom(paper, idiom)
    paper.head(f"Flattened wordings: {len(pack.flattened_markers)}, {seen}")
    for marker in pack.flattened_markers:
        _marker(paper, marker)
    _context(paper, pack.context)
    _simulator(paper, pack)


def _review(pack: LocalePack) -> str:
    review = pack.review
    if review.done:
        return f"reviewed by {', '.join(review.by) or 'somebody unnamed'}"
    return "not reviewed by anybody local" + (
        ", which it must be before use" if review.required else ""
    )


def _idiom(paper: Paper, idiom: Idiom) -> None:
    risk = "" if idiom.risk == "none" else f"risk {idiom.risk}"
    use = {"ok": "", "rare": "rare", "detect-only": "to be detected, never to be said"}
    marks = [risk, use[idiom.generation], *idiom.register_, *idiom.tags, idiom.region or ""]
    paper.head(f"{idiom.id}  {'; '.join(filter(None, marks))}".rstrip())
    paper.say(idiom.text, 4)
    paper.say(" / ".join(filter(None, [idiom.translit, _quoted(idiom.gloss)])), 4)
    paper.field("means", idiom.meaning, 4)
    paper.field("phq9 items", list(idiom.phq9), 4)
    paper.field("confidence", _sourced(idiom.confidence, idiom.source, idiom.theme_source), 4)
    paper.field("note", idiom.note, 4)


def _quoted(gloss: str | None) -> str:
    return f'"{gloss}"' if gloss else ""


def _sourced(confidence: str, source: Sequence[str], theme: Sequence[str] = ()) -> str:
    named = f": {', '.join(source)}" if source else ""
    return f"{confidence}{named}" + (f"; on the theme: {', '.join(theme)}" if theme else "")


def _marker(paper: Paper, marker: Marker) -> None:
    paper.head(f"{marker.id}  {marker.kind}, {marker.strength}")
    paper.say(marker.text, 4)
    paper.field("from English", marker.english_origin, 4)
    paper.field("fine when", marker.licensed_when, 4)
    if marker.alternatives:
        paper.say("rather", 4)
        paper.rows(marker.alternatives, 6)
    paper.field("confidence", marker.confidence, 4)
    paper.field("note", marker.note, 4)


def _context(paper: Paper, context: Context) -> None:
    for topic in Context.model_fields:
        rows: tuple[Claim, ...] | tuple[CrisisLine, ...] = getattr(context, topic)
        if rows:
            paper.head(
                "Crisis lines" if topic == "crisis" else topic.replace("_", " ").capitalize()
            )
            paper.rows(_line(r) if isinstance(r, CrisisLine) else _claim(r) for r in rows)


def _claim(claim: Claim) -> str:
    return f"{claim.claim} ({_sourced(claim.confidence, claim.source)})"


def _line(line: CrisisLine) -> str:
    """Write a crisis line; its number only once somebody has verified it."""
    if line.verified is None:
        return f"{masked(line.name)}: {line.status}, {HIDDEN}"
    hours = f", {line.hours}" if line.hours else ""
    return f"{line.name}: {line.number or 'no number'}{hours}, verified {line.verified}"


def masked(name: str) -> str:
    """Take numbers out of a crisis line's name: some are called by them."""
    return re.sub(r"\d[\d\s()+./-]*\d", "(number)", name)


def _simulator(paper: Paper, pack: LocalePack) -> None:
    paper.head("For the reference simulator")
    said = {
        item: [v.voice, *v.often.values(), v.denied, v.flat] for item, v in pack.expressions.items()
    }
    counts = [f"{item} {sum(map(len, groups))}" for item, groups in said.items()]
    paper.field("sentences", counts or "none")
    paper.field("small talk", "yes" if pack.speech else "none")
    paper.field("reads", list(pack.reading.items) if pack.reading else "none")
