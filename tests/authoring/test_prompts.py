"""What `check` lets a prompt use is what a trial gives it, and nothing else."""

from __future__ import annotations

import pytest

from mhsim.casting import Casting, known
from mhsim.crosscheck.names import NAMES
from mhsim.crosscheck.prompts import check_template
from mhsim.library import BUILT_IN, Library
from mhsim.planning import make_plan

LIBRARY = Library((BUILT_IN,))
SEATS = [("culture-loop", r) for r in ("patient", "therapist", "critic", "judge_a")]


@pytest.mark.parametrize(("graph", "role"), SEATS)
def test_a_seat_knows_the_names_its_prompt_may_use(graph: str, role: str):
    casting = Casting(make_plan("persona-trap", LIBRARY))
    trial = next(casting.plan.trials())
    brief = casting._brief(role, casting.plan.agents[trial.cast[role]], trial)
    assert set(known(brief)) == set(NAMES[brief.agent.kind])


@pytest.mark.parametrize("of", NAMES)
def test_every_name_may_be_used_and_no_other(of: str):
    text = " ".join(f"{{{{ {name} }}}}" for name in NAMES[of])
    assert not list(check_template(("text",), text, of))
    found = [f.found for f in check_template(("text",), text + " {{ arm }}", of)]
    assert found == [f"there is no variable 'arm' in the prompt of a {of}"]


@pytest.mark.parametrize(
    "text",
    [
        "{% set who = persona.name %}{{ who }}",
        "{% for topic, said in persona.story.items() %}{{ topic }}: {{ said[0] }}{% endfor %}",
        "{% for idiom in pack.idioms if idiom.risk == 'none' %}{{ loop.index }}{% endfor %}",
        "{% macro bow(x) %}{{ x }}{% endmacro %}{{ bow(persona.age) }}",
        "{{ presentation.total }} {{ persona.tags | sort | join(', ') }}",
        "{% if formulation is none or not formulation.idioms.licensed %}-{% else %}+{% endif %}",
        "{{ range(3) | list }} {{ persona['name'] }} {{ persona.name.upper() }}",
    ],
)
def test_what_jinja_can_do_is_let_through(text: str):
    assert not list(check_template(("prompt",), text, "patient"))
