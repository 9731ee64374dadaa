"""Prompts: templates in a sandbox, strict about names, capped in length."""

from __future__ import annotations

import pytest
from support import LIBRARY, PATIENT, PHQ9

from mhsim.errors import InputError
from mhsim.prompt import MOST, render


def test_a_prompt_is_filled_in_and_trimmed():
    """What it is given stands in it; white space around it does not."""
    assert render("  You are {{ persona.name }}.\n\n", persona=PATIENT.persona["en-US"]) == (
        "You are Ida Quist."
    )


def test_lines_of_logic_leave_no_empty_lines():
    """A template can be laid out to be read."""
    text = "Topics:\n{% for name in names %}\n  - {{ name }}\n{% endfor %}\n"
    assert render(text, names=["sleep", "mood"]) == "Topics:\n  - sleep\n  - mood"


def test_text_is_not_escaped_as_if_it_were_a_page():
    """Prompts are plain text in any script."""
    assert render("{{ a }}", a="<ঘুম> & “না”") == "<ঘুম> & “না”"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ locale }}", "'locale' is undefined"),
        ("{{ persona.mood }}", "has no attribute 'mood'"),
        ("{% if locale %}a{% endif %}", "'locale' is undefined"),
        ("a\n{% for %}", "in line 2"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ 1 + 'a' }}", "unsupported operand"),
        ("{% for n in range(10000000) %}x{% endfor %}", "Range too big"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
    ],
)
def test_what_a_template_does_wrong_is_its_authors_error(text: str, said: str):
    """Never a traceback, and never an empty place where a name should stand."""
    with pytest.raises(InputError, match=f"a prompt cannot be rendered.*{said}"):
        render(text, persona=PATIENT.persona["en-US"])


@pytest.mark.parametrize(
    "text",
    [
        "{{ persona.__class__.__mro__ }}",
        "{{ names.append('x') }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ '{0.__class__}'.format(names) }}",
    ],
)
def test_a_template_cannot_leave_its_sandbox_or_change_what_it_is_given(text: str):
    """A prompt that comes with a content pack is somebody else's code."""
    with pytest.raises(InputError, match="unsafe"):
        render(text, persona=PATIENT.persona["en-US"], names=[])


def test_a_prompt_that_grows_too_long_is_refused_before_it_is_whole():
    """Its length is counted as it grows."""
    with pytest.raises(InputError, match=f"beyond {MOST} characters"):
        render("{% for n in range(90000) %}{{ 'x' * 1000 }}{% endfor %}")
    assert len(render("{{ 'x' * n }}", n=MOST)) == MOST
    with pytest.raises(InputError, match="shorten its template"):
        render("{{ 'x' * n }}", n=MOST + 1)


@pytest.mark.parametrize("name", LIBRARY.names("prompt"))
def test_a_shipped_judge_prompt_needs_the_instrument_only(name: str):
    """All others may use more; this one is given nothing else."""
    prompt = LIBRARY.load("prompt", name)
    if prompt.of == "comparison":
        assert "tie" in render(prompt.text, instrument=PHQ9)
    elif prompt.of == "judge":
        rendered = render(prompt.text, instrument=PHQ9)
        assert all(item in rendered for item in PHQ9.items)
    else:
        with pytest.raises(InputError, match="undefined"):
            render(prompt.text, instrument=PHQ9)
