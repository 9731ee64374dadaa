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
from mhsim.spec.base import Finding, Path
from mhsim.spec.prompt import Prompt


def check_prompt(prompt: Prompt) -> Iterator[Finding]:
    """Yield what is wrong with the prompt all agents of one kind get."""
    yield from check_template(("text",), prompt.text, prompt.of, careful=True)
    for locale, translation in prompt.translations.items():
        path = ("translations", locale, "text")
        yield from check_template(path, translation.text, prompt.of, careful=True)


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
        tree = ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        yield _broken(path, text, error)
        return
    reader = Reader(path, of)
    reader.body(tree.body, dict(NAMES[of]))
    strange = [*_strange(path, tree), *reader.found.values()]
    yield from sorted(strange, key=lambda finding: finding.within or (0, ""))
    if careful and not strange:
        yield from _nothings(path, text, of, tree)


_STATEMENTS = ("if", "elif", "else", "endif", "for", "endfor", "set", "endset", "macro", "endmacro")


def _broken(path: Path, text: str, error: TemplateSyntaxError) -> Finding:
    said = error.message or ""
    if strange := re.match("Encountered unknown tag '(\\w+)'", said):
        right = f"one of {listed(_STATEMENTS)}{suggestion(strange[1], _STATEMENTS)}"
        place = (error.lineno, strange[1])
        return Finding(path, f"there is no statement {{% {strange[1]} %}}", right, within=place)
    if unclosed := re.search("block that needs to be closed is '(\\w+)'", said):
        line = _opened(text) or error.lineno
        found = f"{{% {unclosed[1]} … %}} is never closed"
        right = f"write {{% end{unclosed[1]} %}} where it ends"
        return Finding(path, found, right, within=(line, "{%"))
    found = f"the template cannot be read: {said[:1].lower()}{said[1:]}"
    here = [*text.splitlines(), ""][error.lineno - 1]
    place = (error.lineno, "{{" if "{{" in here else "{%")
    return Finding(path, found, "close every {{ … }} and {% … %}", within=place)


def _opened(text: str) -> int | None:
    """Return the line of the innermost statement that is not closed."""
    opened: list[int] = []
    for found in re.finditer(r"\{%-?\s*(end)?(if|for|set|macro)\b([^%]*)", text):
        if found[1]:
            del opened[-1:]
        elif found[2] != "set" or "=" not in found[3]:
            opened.append(text[: found.start()].count("\n") + 1)
    return opened[-1] if opened else None


def _strange(path: Path, tree: nodes.Template) -> Iterator[Finding]:
    """Complain about filters and tests Jinja2 does not have."""
    for kind, noun, known in (
        (nodes.Filter, "filter", ENVIRONMENT.filters),
        (nodes.Test, "test", ENVIRONMENT.tests),
    ):
        for node in tree.find_all(kind):
            if node.name not in known:
                near = suggestion(node.name, known)
                some = listed(filter(str.isidentifier, sorted(known)), 3)
                right = f"a {noun} of Jinja2{near}" if near else f"one of {some} of Jinja2"
                place = (node.lineno, node.name)
                yield Finding(path, f"there is no {noun} {node.name!r}", right, within=place)


def _nothings(path: Path, text: str, of: str, tree: nodes.Template) -> Iterator[Finding]:
    """Render with as little as there may be, without and with what only some arms have."""
    filled = {name: _sample(kind) for name, kind in NAMES[of].items()}
    for known in ({**filled, "formulation": None, "pack": None, "life": None}, filled):
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
    found = f"the template fails: {' '.join(str(error).split())}"
    return Finding(path, found, right, within=(line, ""))


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
