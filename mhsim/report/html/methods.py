"""The methods paragraph and the reporting checklist, made from the plan.

Wording is our own; guidelines are named by item numbers only.
"""

from __future__ import annotations

from collections.abc import Sequence

from mhsim.measure.summary import Number
from mhsim.planning import Plan
from mhsim.report.html.sheet import Section, Sheet
from mhsim.spec.agent import Judge, Patient
from mhsim.spec.scenario import Arm

_AFTER = (
    "Item numbers are those of TRIPOD-LLM (Nature Medicine 2025;31:60-69) and GRRAS (Journal of "
    "Clinical Epidemiology 2011;64:96-106), the wording is ours. Compare with the published lists "
    "before you cite them. What the plan cannot know is left to the author."
)
_YOURS = "to be written by the author"


def methods(plan: Plan, numbers: Sequence[Number]) -> Section:
    """Return the section."""
    words = [_design(plan), _players(plan), _statistics(plan, numbers), _AFTER]
    head = ["what is reported", "TRIPOD-LLM", "GRRAS", "in this run"]
    sheet = Sheet("checklist", "Reporting checklist", head, list(_checklist(plan)))
    return Section("methods", "Methods, and a reporting checklist", words, (), [sheet])


def _patients(plan: Plan) -> int:
    return sum(isinstance(agent, Patient) for agent in plan.agents.values())


def _judges(plan: Plan) -> list[str]:
    roles = plan.graph.roles().items()
    return [role for role, kinds in roles if kinds == ("judge",)]


def _scales(plan: Plan) -> str:
    names = {a.instrument for a in plan.agents.values() if isinstance(a, Judge)}
    return ", ".join(sorted(name for name in names if name)) or "no scale"


def _design(plan: Plan) -> str:
    arms = "; ".join(f"{name} ({_arm(arm)})" for name, arm in plan.scenario.arms.items())
    return (
        f"Design. {_patients(plan)} simulated patients were played in {len(plan.scenario.arms)} "
        f"arms: {arms}. Every condition was planned with {plan.scenario.replicates} replicates of "
        f"each patient, {plan.size} conversations in all; seeds (from {plan.scenario.seed}) are "
        "shared by arms and locales, so that comparisons are paired by patient. The clinical "
        "truth of a patient is the same in every locale and was shown to no judge."
    )


def _arm(arm: Arm) -> str:
    brought = f", brought there by {arm.localize}" if arm.localize else ""
    return ", ".join(arm.locales) + brought


def _players(plan: Plan) -> str:
    models = ", ".join(f"{r}: {plan.scenario.model_for(r).model}" for r in plan.scenario.cast)
    pairwise = plan.scenario.pairwise
    compared = ""
    if pairwise:
        hidden = "blind to names, arm and locale" if pairwise.blind else "not blinded"
        ways = "in both orders" if pairwise.orders == "both" else "in one order"
        compared = (
            f" {', '.join(pairwise.judges)} also compared every two patients within arm and "
            f"locale, {hidden}, {ways}."
        )
    judges = ", ".join(_judges(plan)) or "nobody"
    return (
        f"Players. {models}. After each turn {judges} rated the transcript as an observer on "
        f"{_scales(plan)}; an item that has not come up is an interval over all its values, never "
        f"0.{compared}"
    )


def _statistics(plan: Plan, numbers: Sequence[Number]) -> str:
    margins = {n.where["margin"] for n in numbers if n.measure == "equivalence"}
    pairs = plan.scenario.contrasts.items()
    contrasts = "; ".join(f"{name}: {one} against {other}" for name, (one, other) in pairs)
    tested = f" with margins of {', '.join(sorted(margins))} points" if margins else ""
    return (
        "Statistics. The patient is the unit; replicates are averaged within patients. Means and "
        "differences have t intervals over patients, statistics that are not linear leave one "
        f"patient out at a time. Equivalence is judged by two one-sided t tests{tested}; tests of "
        "an arm's languages are adjusted by Holm, of items by Benjamini and Hochberg within a "
        f"language. Contrasts fixed before the run: {contrasts or 'none'}. Missing values are "
        "never filled in; bounds show what they leave open."
    )


def _checklist(plan: Plan) -> list[list[str]]:
    judges = len(_judges(plan))
    return [
        ["named as a study of agreement and of language models", "1, 2", "1", _YOURS],
        ["why, and what is known", "3", "5", _YOURS],
        ["aims", "4", "–", plan.scenario.about or _YOURS],
        ["instrument", "5", "2", _scales(plan)],
        ["subjects", "5, 16", "3, 12", f"{_patients(plan)} simulated patients; no real persons"],
        ["raters", "6", "4, 12", f"{judges} judges, see Who played"],
        ["how many, and why so many", "5", "6, 11",
         f"{_patients(plan)} patients, {judges} judges, {plan.scenario.replicates} replicates; the "
         "reason is " + _YOURS],
        ["how subjects were chosen", "5", "7", _YOURS],
        ["how ratings were made, and blinding", "6, 7, 8", "8",
         "see Players; judges see the transcript only"],
        ["independence of ratings", "8", "9", "judges do not see each other's ratings" if judges > 1
         else "one judge"],
        ["prompts", "9", "–", f"plan.json of the run, plan {plan.hash[:12]}"],
        ["statistics", "6", "10", "see Statistics"],
        ["what was played, failed and is missing", "16", "11", "see What was run"],
        ["estimates with uncertainty", "17", "13", "every table of this page"],
        ["computing", "12", "–", _YOURS],
        ["ethics", "13", "–", _YOURS],
        ["code, data and models at hand", "14", "–", f"mhsim {plan.mhsim}; the run's directory"],
        ["who was involved", "15", "–", _YOURS],
        ["what it means, limits", "19", "14", _YOURS],
        ["detailed results", "17", "15", "Every number, and the conversations, on this page"],
    ]  # fmt: skip
