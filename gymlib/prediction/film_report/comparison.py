"""The page about two attempts: the same moments beside each other, curves, what they differ in."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gymlib.dataset import Dataset
from gymlib.files.atomic import write_text
from gymlib.kinematics.alignment import LAST_CONTACT, Aligned, Measured, align
from gymlib.kinematics.difference import Difference, differences
from gymlib.kinematics.words import WORDS, number, ranged
from gymlib.labels import COLOURS
from gymlib.prediction.film_report.embedded import data_uri, png, uri
from gymlib.prediction.film_report.measured import named
from gymlib.prediction.film_report.page import PAGES

NONE = "No difference that one camera can tell."


class Side(NamedTuple):
    """One of two attempts, its data set, and whose labels it was measured by."""

    data: Dataset
    own: Measured
    whose: str

    @property
    def title(self) -> str:
        """The clip, and which of its attempts if there are several or it is not the first."""
        number = f", attempt {self.own.number}" if self.own.number > 1 else ""
        return f"{self.own.clip.name}{number}"


def write_comparison(path: Path, first: Side, second: Side) -> Path:
    """Write a page about two attempts, atomically; returns ``path``.

    Raises what :func:`gymlib.kinematics.alignment.align` and
    :func:`gymlib.plots.overlay.draw_stills` raise.
    """
    from gymlib.plots.side_by_side import LETTERS, plot_side_by_side
    from gymlib.plots.style import PAIR_COLOURS  # seconds to load

    sides = first, second
    titles = [side.title for side in sides]
    aligned = align(*(side.own for side in sides))
    found = differences(*(side.own.row for side in sides))
    attempts = [
        {"letter": letter, "title": side.title, "skill": named(side.own.row), "whose": side.whose}
        for letter, side in zip(LETTERS, sides)
    ]
    text = PAGES.get_template("comparison.html").render(
        attempts=attempts,
        told=[own.told for own in found if own.clear] or [NONE],
        cards=_cards(sides, aligned, LETTERS),
        curves=uri(png(plot_side_by_side(aligned, titles, width=5.6)), "png"),
        lines=[_line(own, sides) for own in found if _any(own, sides)],
        colours=COLOURS | dict(zip(LETTERS, PAIR_COLOURS)),
    )
    write_text(path, text)
    return path


def _cards(sides: Sequence[Side], aligned: Aligned, letters: Sequence[str]) -> list[dict]:
    """Of each moment the pictures of both attempts."""
    from gymlib.plots import overlay

    rows = []
    for side, letter, own in zip(sides, letters, aligned.frames):
        frames = [round(frame) for frame in own.values()]
        stills = overlay.draw_stills(side.data, side.own.clip.name, frames)
        rows.append([
            {
                "letter": letter,
                "source": data_uri(still),
                "pose": bool(side.own.clip.detected[frame]),
                "words": _when(side.own, frame, own[LAST_CONTACT]),
            }
            for still, frame in zip(stills, frames)
        ])  # fmt: skip
    return [{"moment": name, "pictures": pair} for name, pair in zip(aligned.places, zip(*rows))]


def _when(own: Measured, frame: int, contact: float) -> str:
    """The frame and, where the rate is known, its time from the last contact."""
    if not np.isfinite(own.clip.fps):
        return f"frame {frame}"
    return f"frame {frame}, {number((frame - contact) / own.clip.fps, 2)}\u00a0s"


def _any(own: Difference, sides: Sequence[Side]) -> bool:
    return any(side.own.row[own.measurement].seen for side in sides)


def _line(own: Difference, sides: Sequence[Side]) -> dict:
    words = WORDS[own.measurement]
    values = [ranged(side.own.row[own.measurement], words.digits) for side in sides]
    return {
        "name": words.name,
        "unit": words.unit.strip(),
        "values": values,
        "difference": ranged(own.value, words.digits),
        "bold": own.clear,
    }
