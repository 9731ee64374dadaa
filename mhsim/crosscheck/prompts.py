"""Whether a prompt can be rendered: its syntax, its names, and what may be nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from jinja2 import TemplateSyntaxError, nodes
from pydantic import BaseModel

from mhsim.complaint.expected import bare, is_model
from mhsim.crosscheck.names import NAMES, Reader, written
from mhsim.errors import listed, suggestion
from mhsim.prompt import ENVIRONMENT
from mhsim.spec.agent import Prompt
from mhsim.spec.base import Finding, Path


def check_prompt(prompt: Prompt) -> Iterator[Finding]:
    """Yield what is wrong with the prompt all agents of one kind get."""
    yield from check_template(("text",), prompt.text, prompt.of, careful=True)


def check_template(path: Path, text: str, of: str, *, careful: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with a template.

    Args:
        path: where it stands.
        text: the template.
        of: whose prompt it is.
        careful: whether what may be nothing must not be taken for something: an agent's own prompt
            knows its agent, the one for all agents of a kind does not.
    """
    try:
        ENVIRONMENT.from_string(text)
        tree = ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        yield Finding(path, *_broken(error), within=(error.lineno, ""))
        return
    reader = Reader(path, of)
    reader.body(tree.body, dict(NAMES[of]))
    yield from reader.found.values()
    if not reader.found and careful:
        yield from _nothings(path, text, of, tree)


def _broken(error: TemplateSyntaxError) -> tuple[str, str]:
    said = error.message or ""
    for noun, known in (("filter", ENVIRONMENT.filters), ("test", ENVIRONMENT.tests)):
        if said.startswith(f"No {noun} named"):
            name = said.split("'")[1]
            near = suggestion(name, known) or ", such as " + listed(sorted(known), 3)
            return f"there is no {noun} {name!r}", f"a {noun} of Jinja2{near}"
    said = said.replace("Encountered unknown", "found the unknown").rstrip(".")
    found = f"the template cannot be read: {said[:1].lower()}{said[1:]}"
    return found, "close every {{ … }}, and every {% if %} and {% for %}"


def _nothings(path: Path, text: str, of: str, tree: nodes.Template) -> Iterator[Finding]:
    """Render with as little as there may be, without and with what only some arms have."""
    filled = {name: _sample(kind) for name, kind in NAMES[of].items()}
    for known in ({**filled, "formulation": None, "pack": None}, filled):
        try:
            "".join(ENVIRONMENT.from_string(text).generate(**known))
        except Exception as error:  # noqa: BLE001 - a template is its author's program
            yield _failed(path, error, tree)
            return


def _failed(path: Path, error: Exception, tree: nodes.Template) -> Finding:
    line, trace = 1, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<template>" else line
        trace = trace.tb_next
    said = re.search("'None' has no attribute '(\\w+)'", str(error))
    for node in tree.find_all(nodes.Getattr):
        if said and node.lineno == line and node.attr == said[1]:
            owner = written(node.node)
            right = f"ask first: {{% if {owner} %}} … {{% endif %}}"
            return Finding(path, f"{owner} may be nothing", right, within=(line, owner))
    right = "ask first whether it is there: {% if … %} … {% endif %}"
    return Finding(path, f"the template fails: {error}", right, within=(line, ""))


def _sample(kind: Any) -> Any:
    """Make the least a name can stand for."""
    each = next(bare(kind)).type
    arguments = get_args(each)
    if get_origin(each) is Literal:
        return arguments[0]
    if is_model(each):
        return _least(each)
    if get_origin(each) is dict:
        return {_sample(arguments[0]): _sample(arguments[1])}
    if get_origin(each) in (tuple, frozenset):
        return (_sample(arguments[0]),)
    return {str: "text", int: 1, float: 0.5, bool: True}.get(each)


def _least(model: type[BaseModel]) -> BaseModel:
    fields = model.model_fields.items()
    return model.model_construct(
        **{
            name: _sample(f.annotation)
            if f.is_required()
            else f.get_default(call_default_factory=True)
            for name, f in fields
        }
    )
