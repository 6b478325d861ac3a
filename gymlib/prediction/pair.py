"""Two attempts, of films or of data sets: found, measured, and set beside each other on a page."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int

from gymlib.dataset import Attempt, Dataset
from gymlib.files import paths
from gymlib.kinematics.alignment import FIRST_CONTACT, LAST_CONTACT, measured, moments
from gymlib.labels import SKILL, UNLABELED_CODE, segments
from gymlib.prediction import open as doors
from gymlib.prediction import pretrained
from gymlib.prediction.answers import Ensemble, label_clip
from gymlib.prediction.film_report import Side, write_comparison

PAGE = "comparison.html"


def compare(
    sources: Sequence[str | Path], numbers: Sequence[int] = (1, 1), home: Path | None = None
) -> Path:
    """Write build/films/<first>-<second>/comparison.html and return it.

    Parameters
    ----------
    sources : two films, or names of data sets; may be the same.
    numbers : which attempt of each, counted from 1 over its clips.

    Labels are people's where they have labelled the clip, else those of the package's models.
    Raises ValueError if a source has no attempt of that number, and what
    :func:`gymlib.prediction.open_dataset` and :func:`gymlib.kinematics.alignment.align` raise.
    """
    own = pretrained.load()
    sides = [find(source, number, own, home) for source, number in zip(sources, numbers)]
    names = [f"{side.own.clip.name}_{side.own.number}" for side in sides]
    folder = paths.work(home or paths.home()) / "films" / "-".join(names)
    return write_comparison(folder / PAGE, *sides)


def find(source: str | Path, number: int, own: Ensemble, home: Path | None = None) -> Side:
    """An attempt of a film or a data set, by its number."""
    data, count = doors.open_dataset(source, home), 0
    for count, side in enumerate(attempts(data, own), start=1):
        if count == number:
            return side
    raise ValueError(
        f"{source}: expected an attempt {number}, found {count or 'none'} in "
        f"{len(data.clips)} clips; see its report, and correct the labels in notebook 09"
    )


def attempts(data: Dataset, own: Ensemble) -> Iterator[Side]:
    """Every attempt of a data set in order, found when asked for."""
    for clip in data.clips["clip"]:
        attempt = data.clip(clip)
        codes, whose = _labels(attempt, own)
        skills = sum(stretch.label == SKILL for stretch in segments(codes))
        for number in range(1, skills + 1):
            yield Side(data, measured(attempt, codes, number), whose)


def twins(data: Dataset, own: Ensemble) -> list[Side]:
    """The first two attempts of one name that can be aligned; none where there are no such."""
    first: dict[tuple, Side] = {}
    for side in attempts(data, own):
        row = side.own.row
        if row["name"] and {LAST_CONTACT, FIRST_CONTACT} <= moments(side.own).keys():
            other = first.setdefault((row["name"], row["flights"]), side)
            if other is not side:
                return [other, side]
    return []


def _labels(attempt: Attempt, own: Ensemble) -> tuple[Int[np.ndarray, " frames"], str]:
    if attempt.labels is not None and (attempt.labels != UNLABELED_CODE).any():
        return attempt.labels, "labelled by people"
    return label_clip(own, attempt), "labelled by the models of the package"
