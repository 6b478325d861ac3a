"""Measurements of an attempt as a page shows them: in words, each with its interval and rule."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from gymlib.dataset import Attempt
from gymlib.kinematics import Measurement, rules
from gymlib.kinematics.curves import curves
from gymlib.kinematics.words import WORDS, number
from gymlib.prediction.film_report.embedded import png


class Line(NamedTuple):
    """One measurement in words."""

    name: str
    value: str
    interval: str
    unit: str
    rule: str
    """What a code of points says about it, with its source; "" for most."""


def lines(row: Mapping[str, str | int | Measurement]) -> list[Line]:
    """What was seen of a row of :func:`gymlib.kinematics.measure`, or of a part of it, in words."""
    told = [(key, words.name, words.digits) for key, words in WORDS.items()]
    found = []
    for key, name, digits in [*told, ("pace", "slower than life (taken out)", 1)]:
        own = row.get(key)
        if own is not None and own.seen:
            value, low, high = (number(part, digits) for part in own[:3])
            beside = "; ".join(f"{rule.text} ({rule.source})" for rule in rules.beside(key))
            found.append(Line(name, value, f"{low} to {high}", own.unit, beside))
    return found


def named(row: Mapping[str, str | int | Measurement]) -> str:
    """The skill's name, its shape and entry, as far as they are known; what repeats, once."""
    flights = str(row["name"]).split(", ")
    count = f"{len(flights)} × " if len(flights) > 1 and len(set(flights)) == 1 else ""
    parts = [_once(str(row[part])) for part in ("name", "shape", "entry") if row[part]]
    return count + ", ".join(parts)


def _once(text: str) -> str:
    """The one word of a list that holds no other."""
    words = set(text.split(", "))
    return words.pop() if len(words) == 1 else text


def picture(
    attempt: Attempt, row: Mapping[str, str | int | Measurement], codes: Int[np.ndarray, " frames"]
) -> bytes:
    """Bodies at the key moments above curves of height and angles, as PNG."""
    from gymlib.plots.movement import plot_movement

    return png(plot_movement(attempt, curves(attempt), dict(row), codes), dpi=120)
