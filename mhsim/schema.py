"""JSON Schemas of everything an author writes, for editors that complete, explain and underline.

They follow the models, in the short forms authors use, with the node kinds and guards that are
registered. What files must agree on with each other is for `mhsim check`: a schema sees one file.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from mhsim.library import AGENTS, MODELS
from mhsim.spec.graph import GUARDS, NODES, Guard, Node
from mhsim.spec.scenario import Scenario

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect every editor reads."""

_REF = "#/definitions/"
Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """Return one JSON Schema for each kind of file, and `agent` for any agent."""
    made = {kind: _schema(f"mhsim {kind}", [MODELS[kind]]) for kind in MODELS}
    return {**made, "agent": _schema("mhsim agent", [MODELS[kind] for kind in AGENTS])}


def write(folder: Path) -> list[Path]:
    """Write `<kind>.schema.json` into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for kind, schema in schemas().items():
        path = folder / f"{kind}.schema.json"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def explained(model: type[BaseModel]) -> tuple[str, dict[str, str]]:
    """Return what a model's docstring says of it, and of each of its fields under `Args:`."""
    fields: dict[str, str] = {}
    for base in reversed(model.__mro__):
        _, _, args = inspect.cleandoc(base.__dict__.get("__doc__") or "").partition("\nArgs:\n")
        block = args.split("\n\n")[0]
        for name, text in re.findall(r"^    (\w+): (.*(?:\n     .*)*)", block, re.MULTILINE):
            fields[name] = " ".join(text.split())
    about = inspect.cleandoc(model.__doc__ or "").partition("\nArgs:\n")[0]
    return about.strip(), fields


class _Generator(GenerateJsonSchema):
    """Makes schemas with help for every key, and without what only code can write."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out titles that only repeat the key."""
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        """Explain the model and each of its keys."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        made["description"], fields = explained(model)
        if model is Scenario:
            # A scenario built in code may hold its graph; a file names it.
            made["properties"]["graph"] = made["properties"]["graph"]["anyOf"][0]
        for key, text in fields.items():
            if key in made["properties"]:
                made["properties"][key]["description"] = text[:1].upper() + text[1:]
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> Schema:
        """Let keys be only what the model takes; numbers are text to JSON Schema."""
        made = super().dict_schema(schema)
        keys = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        if keys.get("type") == "integer":
            made["patternProperties"] = {"^[0-9]+$": made.pop("additionalProperties", {})}
        if "patternProperties" in made:
            made["additionalProperties"] = False
        return made


def _schema(title: str, models: Sequence[type[BaseModel]]) -> Schema:
    """Return the schema of a file that holds one of some models."""
    kinds = {name: NODES.get(name) for name in NODES}
    guards = {name: GUARDS.get(name) for name in GUARDS}
    every = [*models, Node, Guard, *kinds.values(), *guards.values()]
    refs, pool = models_json_schema(
        [(model, "validation") for model in every],
        schema_generator=_Generator,
        ref_template=_REF + "{model}",
    )
    names = {model: ref["$ref"].removeprefix(_REF) for (model, _), ref in refs.items()}
    definitions: Schema = pool["$defs"]
    for name, kind in kinds.items():
        definitions[names[kind]]["properties"]["kind"]["const"] = name
    definitions[names[Node]] = {"anyOf": [_ref(names[kind]) for kind in kinds.values()]}
    definitions[names[Guard]] = _guards(guards, names)
    roots = [_ref(names[model]) for model in models]
    root = definitions[names[models[0]]] if len(roots) == 1 else {"anyOf": roots}
    return {
        "$schema": DIALECT,
        **_tidy(root),
        "title": title,
        "definitions": {name: _tidy(definitions[name]) for name in _used(root, definitions)},
    }


def _ref(name: str) -> Schema:
    return {"$ref": _REF + name}


def _guards(guards: Mapping[str, type[Guard]], names: Mapping[Any, str]) -> Schema:
    """Let a guard be its name, or a mapping from its name to its parameters."""
    bare = [
        {"const": name, "description": explained(guard)[0]}
        for name, guard in guards.items()
        if not any(field.is_required() for field in guard.model_fields.values())
    ]
    filled = {
        "type": "object",
        "properties": {
            name: {**_ref(names[guard]), "description": explained(guard)[0]}
            for name, guard in guards.items()
        },
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"anyOf": [*bare, filled]}


def _tidy(schema: Any) -> Any:
    """Say what pydantic says in terms every editor knows."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made: Schema = {key: _tidy(value) for key, value in schema.items() if key != "discriminator"}
    if made.get("default", 0) is None:
        del made["default"]
    if word := re.fullmatch(r"\^(\w+)\$", str(made.get("pattern"))):
        made["const"] = word[1]
    if isinstance(pair := made.get("prefixItems"), list):
        made["items"] = made.pop("prefixItems")[0] if all(p == pair[0] for p in pair) else {}
    if "minLength" in made and made.get("type") != "string":
        least = made.pop("minLength")
        every: list[Schema] = made.get("anyOf", [made])
        for each in every:
            each.update({"minItems": least} if each.get("type") == "array" else {})
    return made


def _used(root: Any, definitions: Schema) -> list[str]:
    """Return the definitions a schema leads to, sorted."""
    used: dict[str, None] = {}
    todo = [root]
    while todo:
        for name in re.findall(f'"{_REF}([^"]+)"', json.dumps(todo.pop())):
            if name not in used:
                used[name] = None
                todo.append(definitions[name])
    return sorted(used)
