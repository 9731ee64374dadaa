"""One way to add a kind of thing: an entry point, or `add` from code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from mhsim.errors import InputError, listed, suggestion

T = TypeVar("T")


class Registry(Generic[T]):
    """Things of one kind by name.

    Built-ins and plug-ins come in by the same door: entry points of `group`, loaded when first
    asked for. The same name twice is an error that names both packages' objects.

    Args:
        group: entry point group, such as `mhsim.nodes`.
        noun: what one of them is called in messages, such as `node kind`.
    """

    def __init__(self, group: str, noun: str) -> None:
        self.group = group
        self.noun = noun
        self._things: dict[str, T] = {}
        self._loaded = False

    def add(self, name: str) -> Callable[[T], T]:
        """Register what is decorated under `name`, for tests and notebooks."""

        def keep(thing: T) -> T:
            self._put(name, thing)
            return thing

        return keep

    def remove(self, name: str) -> None:
        """Forget what code added under `name`."""
        self._things.pop(name, None)

    def get(self, name: str) -> T:
        """Return the thing called `name`.

        Raises:
            InputError: nothing is called so; the message lists what there is.
        """
        self._load()
        if name not in self._things:
            raise InputError(
                f"there is no {self.noun} {name!r}; there is: {listed(self)}{self.suggest(name)}"
            )
        return self._things[name]

    def name_of(self, thing: T) -> str:
        """Return the name a thing is registered under.

        Raises:
            InputError: it is not registered.
        """
        for name in self:
            if self._things[name] is thing:
                return name
        raise InputError(
            f"{thing!r} is not registered as a {self.noun}; see the group {self.group}"
        )

    def suggest(self, name: str) -> str:
        """Say which name was probably meant."""
        return suggestion(name, self)

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        self._load()
        return iter(sorted(self._things))

    def _put(self, name: str, thing: T) -> None:
        if self._things.get(name, thing) is not thing:
            raise InputError(
                f"two things want to be the {self.noun} {name!r}: {self._things[name]!r} and "
                f"{thing!r}"
            )
        self._things[name] = thing

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        try:
            for point in entry_points(group=self.group):
                self._put(point.name, self._open(point))
        except InputError:
            self._loaded = False  # or the next question would be answered from half of them
            raise

    def _open(self, point: EntryPoint) -> T:
        try:
            return point.load()
        except Exception as error:  # somebody else's module may raise anything
            whose = f" of {point.dist.name}" if point.dist else ""
            reason = f"{type(error).__name__}: {error}"
            raise InputError(
                f"the {self.noun} {point.name!r}{whose} cannot be loaded: {reason}; mend or "
                "uninstall that package"
            ) from error
