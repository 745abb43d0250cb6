"""Answers of pure functions about year files, remembered, and handed over to the kernels that a run starts: every stage
reads the same files and asks the same of them."""

from __future__ import annotations

import functools
import pickle
import threading
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

#: What is remembered, by the function's name and its arguments.
_ANSWERS: dict[str, dict[Any, _Kept]] = {}
_ASKING = threading.Lock()


class _Kept:
    """An answer. To be handed over it is packed once for all processes, and unpacked by who asks for it."""

    def __init__(self, answer: Any = None, packed: bytes | None = None) -> None:
        self._answer, self._packed, self._there = answer, packed, packed is None

    def answer(self) -> Any:
        if not self._there:
            self._answer, self._there = pickle.loads(self._packed or b""), True  # noqa: S301 - of the process that started this one
        return self._answer

    def __reduce__(self) -> tuple[Any, ...]:
        if self._packed is None:
            self._packed = pickle.dumps(self._answer)
        return _Kept, (None, self._packed)


def remembered(most: int) -> Callable[[Callable[Given, Answer]], Callable[Given, Answer]]:
    """A function of hashable arguments whose answers, never changed by whoever asks, are kept: the latest ``most``.

    Errors are not kept.
    """

    def decorated(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
        answers = _ANSWERS.setdefault(f"{function.__module__}.{function.__qualname__}", {})

        @functools.wraps(function)
        def asked(*given: Given.args, **named: Given.kwargs) -> Answer:
            key = (given, tuple(sorted(named.items())))
            with _ASKING:
                if key in answers:
                    return cast(Answer, latest(answers, key).answer())
            answer = function(*given, **named)
            with _ASKING:
                keep(answers, key, _Kept(answer), most)
            return answer

        return asked

    return decorated


def latest(known: dict[Any, Answer], key: object) -> Answer:
    """What is known under a key, from now on the latest of all."""
    known[key] = answer = known.pop(key)
    return answer


def keep(known: dict[Any, Answer], key: object, answer: Answer, most: int) -> None:
    """Keep an answer as the latest; of more than so many the oldest goes."""
    known[key] = answer
    while len(known) > most:
        del known[next(iter(known))]


def answers() -> dict[str, dict[Any, Any]]:
    """All that is remembered here, to be handed to another process of the same program: a worker of a batch remembers
    the files of many years, of which one process asks for a few."""
    with _ASKING:
        return {name: dict(known) for name, known in _ANSWERS.items()}


def take_over(known: Mapping[str, Mapping[Any, Any]]) -> None:
    """Remember what another process of the same program has worked out."""
    with _ASKING:
        for name, found in known.items():
            _ANSWERS.setdefault(name, {}).update(found)
