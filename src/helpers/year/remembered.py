"""Answers of pure functions about year files, remembered, and handed over to the kernels that a run starts: every stage
reads the same files and asks the same of them."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

#: What is remembered, by the function's name and its arguments.
_ANSWERS: dict[str, dict[Any, Any]] = {}
_ASKING = threading.Lock()


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
                    return cast(Answer, latest(answers, key))
            answer = function(*given, **named)
            with _ASKING:
                keep(answers, key, answer, most)
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
    """All that is remembered here, to be handed to another process of the same program."""
    with _ASKING:
        return {name: dict(known) for name, known in _ANSWERS.items()}


def take_over(known: Mapping[str, Mapping[Any, Any]]) -> None:
    """Remember what another process of the same program has worked out."""
    with _ASKING:
        for name, found in known.items():
            _ANSWERS.setdefault(name, {}).update(found)
