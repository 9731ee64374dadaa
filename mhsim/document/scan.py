"""A YAML parser's events as plain data with marks."""

from __future__ import annotations

from typing import Any

import yaml

from mhsim.document.marks import Document, Mark, Place

DEPTH = 60
"""How many levels a file may have."""


class TooDeepError(Exception):
    """Something stands too deep; nothing below it is read."""

    def __init__(self, mark: Mark) -> None:
        self.mark = mark
        super().__init__(mark)


class Scan:
    """Turn a parser's events into data, noting marks, duplicate keys, aliases and tags.

    Events, not composed nodes: composing recurses in C and can overflow its stack, and nodes have
    forgotten their anchors and tags.
    """

    def __init__(self, document: Document, loader: Any) -> None:
        self.document = document
        self.loader = loader

    def whole(self) -> None:
        """Read the only document there should be."""
        self.loader.get_event()
        if self.loader.check_event(yaml.StreamEndEvent):
            return
        self.loader.get_event()
        data = self._value(self.loader.get_event(), ())
        self.loader.get_event()
        if self.loader.check_event(yaml.StreamEndEvent):
            self.document.data = data
            return
        mark = _mark(self.loader.get_event())
        self.document.refuse("a second document starts here (---)", "one document per file", mark)

    def _value(self, event: Any, path: Place) -> Any:
        self.document.values[path] = _mark(event)
        if len(path) > DEPTH:
            raise TooDeepError(_mark(event))
        match event:
            case yaml.AliasEvent():
                right = "write the value out, or put text that starts with * in quotes"
                return self._broken(event, path, f"an alias (*{event.anchor}) stands here", right)
            case yaml.MappingStartEvent():
                self._plain(event, path)
                return self._mapping(event, path)
            case yaml.SequenceStartEvent():
                self._plain(event, path)
                return self._list(event, path)
            case _:
                return self._scalar(event, path) if self._plain(event, path) else None

    def _plain(self, event: Any, path: Place) -> bool:
        """Complain about an anchor or a tag on a value."""
        if event.anchor is not None:
            found = f"an anchor (&{event.anchor}) stands here"
            right = "put text that starts with & in quotes; anchors are not used here"
            self._broken(event, path, found, right)
        elif event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            right = "put text that starts with ! in quotes; tags are not used here"
            self._broken(event, path, f"a tag ({tag}) stands here", right)
        return event.anchor is None and event.tag is None

    def _scalar(self, event: Any, path: Place) -> Any:
        if event.style == "|":
            self.document.blocks.add(path)
        if event.style:
            return event.value
        try:
            return self._resolved(event)
        except ValueError:  # more digits than Python turns into a number
            found = f"a number of {len(event.value)} digits stands here"
            return self._broken(event, path, found, "a shorter number")

    def _resolved(self, event: Any) -> Any:
        tag = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == "tag:yaml.org,2002:str":
            return event.value
        return self.loader.construct_object(yaml.ScalarNode(tag, event.value))

    def _list(self, event: Any, path: Place) -> list[Any]:
        self.document.lists.add(path)
        self._at_key(event, path)
        out: list[Any] = []
        while not self.loader.check_event(yaml.SequenceEndEvent):
            out.append(self._value(self.loader.get_event(), (*path, len(out))))
        self.loader.get_event()
        return out

    def _mapping(self, event: Any, path: Place) -> dict[Any, Any] | None:
        self._at_key(event, path)
        out: dict[Any, Any] = {}
        while not self.loader.check_event(yaml.MappingEndEvent):
            key_event = self.loader.get_event()
            key = self._key(key_event, event, path)
            if key is None or key in out:
                if key is not None:
                    self._again(key_event, (*path, key))
                self._skip()
                continue
            here = (*path, key)
            self.document.keys[here] = _mark(key_event)
            out[key] = self._value(self.loader.get_event(), here)
        self.loader.get_event()
        return out

    def _again(self, event: Any, here: Place) -> None:
        first = self.document.keys[here][0]
        found = f"the key stands here again (first on line {first})"
        self._problem(event, here, found, "keep one of them")

    def _at_key(self, event: Any, path: Place) -> None:
        """Let a block that begins on a line of its own be found at its key."""
        if not event.flow_style and path in self.document.keys:
            self.document.values[path] = self.document.keys[path]

    def _key(self, event: Any, mapping: Any, path: Place) -> str | int | None:
        """Return a key, or None where it cannot be one and is complained about."""
        if not isinstance(event, yaml.ScalarEvent):
            if isinstance(event, yaml.CollectionStartEvent):
                self._skip(1)
            where = mapping if _template(event, mapping) else event
            self._broken(where, path, *_unfit(event, mapping))
            return None
        if not self._plain(event, path):
            return None
        if event.value == "<<" and not event.style:
            self._broken(event, path, "<< merges another mapping", "write its keys out here")
            return None
        try:
            key = event.value if event.style else self._resolved(event)
        except ValueError:
            key = None
        if not isinstance(key, str | int) or isinstance(key, bool):
            found = f"the key {event.value} is no word" if event.value else "a key is empty"
            self._broken(event, path, found, "a word, in quotes where needed")
            return None
        return key

    def _skip(self, depth: int = 0) -> None:
        """Pass over one value, or over the rest of a collection that has begun."""
        while True:
            event = self.loader.get_event()
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth <= 0:
                return

    def _broken(self, event: Any, path: Place, found: str, right: str) -> None:
        self.document.broken.add(path)
        self._problem(event, path, found, right)

    def _problem(self, event: Any, path: Place, found: str, right: str) -> None:
        self.document.refuse(found, right, _mark(event), path)


def _template(key: Any, mapping: Any) -> bool:
    """Say whether `{{ … }}` stands where text should."""
    flow = isinstance(key, yaml.MappingStartEvent) and key.flow_style and mapping.flow_style
    return bool(flow) and key.start_mark.column == mapping.start_mark.column + 1


def _unfit(key: Any, mapping: Any) -> tuple[str, str]:
    if _template(key, mapping):
        return "a template ({{ … }}) stands here without quotes", "put the text in quotes"
    if isinstance(key, yaml.AliasEvent):
        return f"an alias (*{key.anchor}) stands for a key", "write the key out"
    noun = "list" if isinstance(key, yaml.SequenceStartEvent) else "mapping"
    return f"a {noun} stands where a key should", "a word, in quotes where needed"


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1
