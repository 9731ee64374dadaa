"""`mhsim plan`, `mhsim report`, `mhsim check`, `mhsim list`, `mhsim show`, `mhsim doctor`."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from support import plan as scripted_plan

from mhsim import __version__
from mhsim.cli import doctor
from mhsim.estimate import estimate
from runs import call, small

# --- plan


def test_the_design_is_a_table_before_anything_is_spent() -> None:
    """Arms, locales, trials, limits; nothing is written."""
    small()
    done = call("plan", "small")
    assert (done.code, done.err) == (0, "")
    first, second, *rest = done.out.splitlines()
    assert first == "small: A small scenario."
    assert second.startswith("graph interview, replicates 2, seed 7, plan ")
    assert rest[1:5] == [
        "arm      locale  trials  limits   localize",
        "-------  ------  ------  -------  ---------",
        "english  en-US        2  turns 4  -",
        "chinese  zh-CN        2  turns 4  biography",
    ]
    assert rest[-1] == "4 trials, at most 48 calls, no tokens, no cost"
    assert not Path("runs").exists()


def test_the_plan_as_json_has_the_agreed_keys() -> None:
    """Others script against it."""
    small()
    told = json.loads(call("plan", "small", "--json").out)
    assert set(told) == {
        "mhsim", "scenario", "plan", "trials", "calls", "tokens", "cost", "conditions"
    }  # fmt: skip
    assert (told["mhsim"], told["trials"], told["calls"]) == (__version__, 4, 48)
    assert told["tokens"] == {"low": 0, "high": 0}
    assert told["cost"] == {"low": 0.0, "high": 0.0}
    assert told["conditions"] == [
        {"arm": "english", "locale": "en-US", "trials": 2},
        {"arm": "chinese", "locale": "zh-CN", "trials": 2},
    ]


def test_what_a_chat_model_will_take_is_estimated_and_its_unknown_price_said() -> None:
    """Calls are an upper bound, tokens two bounds, a price is never made up."""
    small(models="{default: reference, patient: 'ollama:llama3'}")
    done = call("plan", "small")
    assert "patient: ollama:llama3, 1 cast\n" in done.out
    assert "tokens, cost unknown\nno price is known for ollama:llama3; give it" in done.out
    told = json.loads(call("plan", "small", "--json").out)
    assert told["cost"] is None
    assert 0 < told["tokens"]["low"] < told["tokens"]["high"]


def test_what_a_chat_model_will_cost_is_a_range() -> None:
    """By the scenario's price, or the list's."""
    for model in ("'openai:gpt-5-mini'", "{model: 'ollama:x', price: {input: 1, output: 2}}"):
        small(models=f"{{default: {model}}}")
        cost = json.loads(call("plan", "small", "--json").out)["cost"]
        assert 0 < cost["low"] < cost["high"] < 10


def test_twice_the_price_is_twice_the_cost_and_thinking_costs_more() -> None:
    """Nothing else changes."""
    made = [
        estimate(scripted_plan("culture-loop", {"turns": 5}, models={"default": model}))
        for model in (
            {"model": "openai:x", "price": {"input": 1, "output": 4}},
            {"model": "openai:x", "price": {"input": 2, "output": 8}},
            {"model": "openai:x", "price": {"input": 1, "output": 4}, "reasoning_effort": "high"},
        )
    ]
    (low, high), (low2, high2), (low3, high3) = (one.cost for one in made if one.cost)
    assert (low2, high2) == pytest.approx((2 * low, 2 * high))
    assert low3 == low
    assert high3 > high


def test_contrasts_and_a_scenario_without_words_are_shown() -> None:
    """A contrast is fixed before the run."""
    text = small(contrasts="{language: [chinese, english]}").read_text().replace("about:", "#")
    Path("scenarios/small.yaml").write_text(text)
    done = call("plan", "small")
    assert done.out.startswith("small\n")
    assert "contrast language: chinese against english\n" in done.out


@pytest.mark.parametrize(
    ("graph", "limits", "calls"),
    [
        ("interview", {"turns": 4}, 4 * 3),
        ("interview", {"turns": 0}, 3),
        ("culture-loop", {"turns": 5, "revisions": 0}, 5 * 5),
        ("culture-loop", {"turns": 5, "revisions": 2}, 5 * (1 + 3 * 2 + 2)),
        ("supervision", {"turns": 2, "drafts": 1}, 2 * (1 + 2 + 2 + 1 + 1)),
    ],
)
def test_calls_are_counted_on_the_graph(graph: str, limits: dict[str, int], calls: int) -> None:
    """Every role of every node, as often as the limits let a turn come back to it."""
    assert estimate(scripted_plan(graph, limits)).calls == calls


# --- report


def test_a_report_says_what_is_missing_and_what_it_is_about() -> None:
    """The simulator is never mistaken for a language model."""
    small()
    assert call("run", "small", "--quiet").code == 0
    Path("runs/small/trials/english.en-US.shopkeeper.002.jsonl").unlink()
    for name in ("small", "runs/small"):
        done = call("report", name)
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("runs/small: small, plan ")
        assert "Played by the reference simulator" in done.out
        assert "\nenglish  en-US        1       0        1\n" in done.out
        assert "\nchinese  zh-CN        2       0        0\n" in done.out
        assert "judge error" in done.out


def test_the_report_as_json_has_the_agreed_keys() -> None:
    """Every number says how it was made and what is missing."""
    small()
    assert call("run", "small", "--quiet").code == 0
    told = json.loads(call("report", "small", "--json").out)
    assert list(told) == ["mhsim", "run", "plan", "models", "measures"]
    assert told["models"] == dict.fromkeys(("patient", "therapist", "judge"), "reference")
    keys = {"measure", "value", "low", "high", "n", "missing", "method", "where"}
    assert all(set(number) == keys for number in told["measures"])
    assert {number["where"]["arm"] for number in told["measures"]} == {"english", "chinese"}


def test_what_is_no_run_is_said_so() -> None:
    """With what there is."""
    assert call("report", "none").err == ("there is no run 'none'; in runs/ there is: none yet\n")
    assert call("report", ".").err == ".: this is no run directory; it has no plan.json\n"


# --- check


def test_checking_tells_every_problem_with_its_place() -> None:
    """Exit code 2, one line each on stdout, the count on stderr."""
    small(cast="{patient: shopkeper, therapist: interviewer, judge: severty}")
    done = call("check", "scenarios/small.yaml")
    assert done.code == 2
    assert [line.split(":")[0] for line in done.out.splitlines()] == ["scenarios/small.yaml"] * 2
    assert done.err == "1 file checked: 2 problems\n"
    told = json.loads(call("check", "scenarios", "--json").out)
    assert told["files"] == 1
    assert [p["line"] for p in told["problems"]] == [4, 4]
    assert set(told["problems"][0]) == {"file", "line", "column", "key", "found", "right"}


def test_checking_without_a_path_checks_everything() -> None:
    """What is here and what ships."""
    small()
    done = call("check")
    assert (done.code, done.out) == (0, "")
    assert done.err.endswith(" files checked: no problems\n")
    assert call("check", "small").err == "1 file checked: no problems\n"
    small(seed="x")
    assert call("check", "small").err == "1 file checked: 1 problem\n"


def test_schemas_are_written_where_asked() -> None:
    """One per kind, and their paths on stdout."""
    done = call("check", "--schema", "schemas")
    assert done.code == 0
    assert "schemas/scenario.schema.json" in done.out.splitlines()
    assert all(Path(line).is_file() for line in done.out.splitlines())


# --- list, show, new


def test_what_there_is_is_listed_by_kind() -> None:
    """In the plural, too; what has problems is marked."""
    small(seed="x")
    done = call("list", "scenarios")
    assert done.code == 0
    assert done.out.startswith("kind ")
    assert "small" in done.out
    assert "[1 problem: mhsim check]" in done.out
    things = json.loads(call("list", "--json").out)["things"]
    assert {"patient", "graph", "locale", "scenario"} <= {thing["kind"] for thing in things}


def test_one_thing_is_shown() -> None:
    """A graph in three ways."""
    assert "shopkeeper" in call("show", "shopkeeper").out
    assert "┌" in call("show", "interview").out
    assert call("show", "interview", "--ascii").out.isascii()
    assert call("show", "interview", "--mermaid").out.startswith("flowchart TD\n")
    assert json.loads(call("show", "interview", "--json").out)["mhsim"] == __version__


@pytest.mark.parametrize("flag", ["--mermaid", "--ascii"])
def test_only_a_graph_is_drawn(flag: str) -> None:
    """Anything else is said to be what it is."""
    done = call("show", "shopkeeper", flag)
    assert (done.code, done.out) == (2, "")
    assert done.err == "mhsim show: shopkeeper is no graph but a patient; only graphs are drawn\n"


def test_a_thing_with_problems_is_shown_as_its_problems() -> None:
    """As `check` tells them."""
    small(seed="x")
    done = call("show", "small")
    assert done.code == 2
    assert done.err.startswith("scenarios/small.yaml:10:7: seed: ")


def test_a_starter_lands_in_its_folder() -> None:
    """And passes `check`."""
    done = call("new", "patient", "seamstress")
    assert (done.code, done.out) == (0, "agents/patients/seamstress.yaml\n")
    assert done.err == "edit it, then: mhsim check agents/patients/seamstress.yaml\n"
    assert call("check", "agents/patients/seamstress.yaml").code == 0


# --- doctor


def test_the_doctor_tells_what_is_installed() -> None:
    """Python, packages, players, content."""
    done = call("doctor")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Python 3.")
    assert "langgraph" in done.out
    assert "\nplayers: " in done.out
    told = json.loads(call("doctor", "--json").out)
    assert "reference" in told["players"]
    assert told["packages"]["pydantic"]


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2."""

    def version(package: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(doctor, "version", version)
    done = call("doctor")
    assert done.code == 2
    assert "missing" in done.out
