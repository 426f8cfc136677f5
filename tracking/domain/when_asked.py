"""What is worked out when somebody asks for it, and kept for whoever asks next within the same evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Of = TypeVar("Of")


class kept(Generic[T]):  # noqa: N801  it reads as what it does to a method
    """A method whose answer is an attribute from the first asking on.

    It is ``functools.cached_property`` without the lock that one takes: an evaluation is no object of two threads.
    """

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    def __get__(self, of: Any, kind: type | None = None) -> T:
        made: T = self._work_out(of)
        of.__dict__[self._name] = made
        return made


class WhenAsked(Mapping[str, T], Generic[Of, T]):
    """A mapping whose values are made from ``subjects``, each once and not before it is looked at."""

    def __init__(self, subjects: Mapping[str, Of], work_out: Callable[[Of], T]) -> None:
        self._subjects = subjects
        self._work_out = work_out
        self._made: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._work_out(self._subjects[key])
        return made

    def __contains__(self, key: object) -> bool:
        return key in self._subjects

    def __iter__(self) -> Iterator[str]:
        return iter(self._subjects)

    def __len__(self) -> int:
        return len(self._subjects)
