"""The card of a data set: a data statement, and a datasheet's questions answered from the plan."""

from __future__ import annotations

from collections import Counter

import yaml

import mhsim
from mhsim.exporting.order import Order

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def languages(order: Order) -> list[str]:
    """Return the languages spoken, as codes."""
    return sorted({c.session.locale.partition("-")[0] for c in order.released})


def imported(order: Order) -> bool:
    """Say whether the conversations took place elsewhere."""
    return any(c.heard is not None for c in order.conversations)


def name(order: Order) -> str:
    """Return what the data set is called."""
    return order.run.path.resolve().name


def card(order: Order) -> str:
    """Return README.md: metadata as the hub reads it, then the card."""
    head = yaml.safe_dump(_metadata(order), allow_unicode=True, sort_keys=False)
    sections = (_what(order), _statement(order), _sheet(order), _limits(order))
    return f"---\n{head}---\n\n" + "\n\n".join(sections) + "\n"


def _metadata(order: Order) -> dict[str, object]:
    count = len(order.released)
    size = next((named for most, named in _SIZES if count < most), "n>1M")
    made = ["other"] if imported(order) else ["machine-generated"]
    return {
        "pretty_name": name(order),
        "language": languages(order),
        "license": "other" if imported(order) else "cc-by-4.0",
        "task_categories": ["text-generation"],
        "tags": [
            "mental-health", "clinical-dialogue", "mhsim",
            "imported" if imported(order) else "synthetic",
        ],
        "annotations_creators": made,
        "language_creators": list(made),
        "size_categories": [size],
        "configs": [
            {"config_name": "conversations", "data_files": "data/conversations.jsonl"},
            {"config_name": "utterances", "data_files": "data/utterances.jsonl"},
        ],
    }  # fmt: skip


def _what(order: Order) -> str:
    plan = order.run.plan
    kind = (
        "Conversations that took place elsewhere and were imported. Their source's licence holds; "
        "whether they may be passed on is for whoever passes them on to find out."
        if imported(order)
        else "**Synthetic.** Every word was made by a simulation. No patient took part, nothing is "
        "a diagnosis, and nothing here may be used as therapy."
    )
    about = plan.scenario.about or "No description was given."
    return (
        f"# {name(order)}\n\n{kind}\n\n{about}\n\n"
        f"{len(order.released)} conversations, {sum(len(c.said) for c in order.released)} "
        f"utterances. Made with mhsim {mhsim.__version__} from the plan `{plan.hash[:12]}`."
    )


def _statement(order: Order) -> str:
    plan = order.run.plan
    models = {role: plan.scenario.model_for(role).model for role in plan.scenario.cast}
    locales = Counter(c.session.locale for c in order.released)
    rows = "\n".join(f"| {locale} | {count} |" for locale, count in sorted(locales.items()))
    spoken = "\n".join(f"- {role}: `{model}`" for role, model in models.items())
    people = len({c.name for c in order.released})
    return (
        "## Data statement\n\n"
        f"Language varieties, as BCP-47 tags:\n\n| locale | conversations |\n|---|---|\n{rows}\n\n"
        f"Speakers: {people} patients, each described in a file of the plan; who answered for each "
        f"role:\n\n{spoken}\n\n"
        "Annotators: judges named in `ratings`; a judge reading a transcript is an observer rating "
        "of whatever scale it fills in. `low` and `high` are the ends of an interval: what was not "
        "assessed is open, never 0."
    )


def _sheet(order: Order) -> str:
    plan = order.run.plan
    arms = "\n".join(
        f"- `{arm}`: {', '.join(told.locales)}"
        + (f"; localize: {told.localize}" if told.localize else "")
        for arm, told in plan.scenario.arms.items()
    )
    risk = (
        "Conversations in which the patient may speak of death or self-harm are included; the "
        "field `risk` marks them. Readers may be distressed by them."
        if order.include_risk
        else "Conversations in which the patient may speak of death or self-harm are left out, as "
        "far as a lexicon of each locale finds them; without one nothing was looked for."
    )
    return (
        "## Datasheet\n\n"
        f"**Why was it made?** {plan.scenario.about or 'Not said.'}\n\n"
        f"**What does an instance stand for?** One conversation of one arm:\n\n{arms}\n\n"
        f"**Is anything missing?** {plan.size} conversations were planned, "
        f"{len(order.conversations)} have ended, {len(order.released)} are here. {risk}\n\n"
        f"**How was it collected?** With the seed {plan.scenario.seed} and "
        f"{plan.scenario.replicates} replicates; limits {_limited(order)}. The plan holds the "
        "sha256 of every file it was made of.\n\n"
        "**Does it hold personal data?** "
        + ("Not known; see the source." if imported(order) else "No: every person is made up.")
        + "\n\n**Who keeps it?** Whoever publishes it; write a contact here before you do."
    )


def _limited(order: Order) -> str:
    limits = order.run.plan.scenario.limits
    return ", ".join(f"{key} {most}" for key, most in limits.items()) or "none"


def _limits(order: Order) -> str:
    reference = any(
        order.run.plan.scenario.model_for(role).provider == "reference"
        for role in order.run.plan.scenario.cast
    )
    simulated = (
        "\n\nSome roles were played by the reference simulator, which is no language model: "
        "nothing here says anything about language models in those roles."
        if reference
        else ""
    )
    return (
        "## Limits\n\nFor research on evaluation and on training of listeners. Not for training "
        "anything that talks to people in need without review by local clinicians, and not a "
        f"picture of any culture: people are individuals here, and few.{simulated}"
    )
