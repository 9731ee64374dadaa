"""What was found instead, and what was probably meant."""

from __future__ import annotations

import re
from typing import Any

from mhsim.document import Place
from mhsim.errors import suggestion
from mhsim.spec.base import told


def found(entry: Any, path: Place) -> str:
    """Say what was found; what looks like a key to a provider is not shown."""
    value, kind = entry["input"], entry["type"]
    if "api_key_env" in path[-1:] and not re.fullmatch("[A-Za-z_]{1,40}", str(value)):
        return "found what looks like a key itself"
    if kind == "string_too_long":
        return f"found {len(value)} characters"
    if kind in ("too_long", "too_short") and value:
        return f"found {len(value)}"
    text = value and isinstance(value, str) and kind.startswith(("int", "float", "bool"))
    return f"found the text {told(value)}" if text else f"found {told(value)}"


def hint(entry: Any, right: str) -> str:
    """Suggest what was probably meant, where the value tells; `right` says what would do."""
    value, kind = entry["input"], entry["type"]
    match kind:
        case "string_too_long":
            return f", at most {entry['ctx']['max_length']} characters"
        case "finite_number":
            return ", and not endless"
        case "literal_error" if right.startswith("one of"):
            return suggestion(value, re.findall(r"'([^']*)'", entry["ctx"]["expected"]))
        case "string_pattern_mismatch":
            return _rewritten(str(value), entry["ctx"]["pattern"])
        case "string_type" if not right.endswith("text"):
            return ""
        case _:
            return _converted(value, kind, right)


def _converted(value: Any, kind: str, right: str) -> str:
    """Suggest the same value as another type."""
    number = right.startswith(("a whole number", "a number"))
    if number and isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return ", without quotes"
    meant = ""
    if kind == "string_type" and isinstance(value, int | float):
        meant = f"'{told(value)}', in quotes"
    elif kind in ("int_type", "int_from_float") and isinstance(value, float):
        meant = str(int(value)) if value.is_integer() else ""
    elif right.startswith("a list of") and isinstance(value, str) and "mappings" not in right:
        names = right.startswith(("a list of names", "a list of locales", "a list of any of"))
        plain = re.fullmatch(_PLAIN, value.replace(",", "") if names else value)
        meant = f"[{value if plain else told(value)}]"
    elif kind == "bool_type":
        meant = _SAID.get(str(value).casefold(), "")
    return f" (did you mean {meant}?)" if meant else ""


_PLAIN = r"\w[\w .-]{0,50}"
"""Words that need no quotes in a list."""

_SAID: dict[str, str] = {
    **dict.fromkeys(("yes", "y", "on", "1"), "true"),
    **dict.fromkeys(("no", "n", "off", "0"), "false"),
}


def _rewritten(value: str, pattern: str) -> str:
    """Suggest the proper writing of a tag or a name: bn_bd becomes bn-BD, My Tailor my-tailor."""
    language, *rest = re.split("[-_]", value)
    script, region = [part.title() for part in rest[:-1]], [part.upper() for part in rest[-1:]]
    tag = "-".join([language.lower(), *script, *region])
    slug = re.sub(r"[^a-z0-9_-]+", "-", value.lower()).strip("-")
    near = [each for each in (tag, slug, value.upper()) if re.match(pattern, each)]
    return f" (did you mean {near[0]!r}?)" if near else ""
