"""What is worked out when somebody asks for it, and kept for whoever asks next within the same evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")
Of = TypeVar("Of")


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
