"""Rating forms as text."""

from __future__ import annotations

from mhsim.showing.paper import Paper
from mhsim.spec.form import ReviewForm


def form(paper: Paper, shown: ReviewForm) -> None:
    """Write its language, its words, its verdicts and its scales."""
    paper.field("language", shown.language)
    paper.field("status", shown.status)
    paper.head("Words")
    paper.rows(str(words) for _, words in shown.words)
    paper.head("How distress is voiced")
    paper.rows(f"{name}: {words}" for name, words in shown.verdicts.items())
    for name, scale in shown.scales.items():
        paper.head(f"Scale {name}")
        paper.rows(f"{item}: {words}" for item, words in scale.items.items())
        paper.rows(f"{value}: {words}" for value, words in scale.anchors.items())
