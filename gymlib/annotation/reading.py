"""From a data set's annotation files to its labels, checked as a whole first."""

import csv
from contextlib import suppress
from pathlib import Path

import pandas as pd

from gymlib.annotation import checks, kinds, majority
from gymlib.dataset import Dataset, films
from gymlib.files.atomic import existing
from gymlib.video import VideoError


def read_annotation(path: Path) -> pd.DataFrame:
    """One annotator's segments as written by people, all columns as text, values unchecked.

    Bytes that are not UTF-8 become U+FFFD, for the check to name their rows.
    """
    try:
        return checks.parse(existing(path).read_text("utf-8-sig", errors="replace"))
    except csv.Error as error:
        raise ValueError(f"{path} cannot be read as comma-separated text: {error}") from None


def read(data: Dataset, *, every_clip: bool = True) -> dict[str, pd.DataFrame]:
    """All annotators' segments (clip, start, end, label, comment), whole numbers, by annotator.

    Who gave kinds has them in a column ``kind``. Clip lengths are checked against clips.csv and,
    where there are videos, against what they hold. A clip that nobody labelled is a fault, unless
    ``every_clip`` is False. Raises AnnotationError listing every fault with file and row,
    PlainError if there is no annotation file.
    """
    names = data.annotators
    if not names:
        raise checks.PlainError(
            f"{data.folder / 'annotations'} holds no annotation file; one <annotator>.csv per "
            "person with columns clip, start, end, label is needed to train and to score; the "
            "labeller in notebook 01 makes one, once you hand in what you labelled"
        )
    files = {name: read_annotation(data.annotation(name)) for name in names}
    looked = films.look(data, data.videos.values())
    if bad := [f"{clip}: {looked[file]}" for clip, file in data.videos.items()
               if isinstance(looked[file], str)]:  # fmt: skip
        raise VideoError("videos that cannot be used:\n- " + "\n- ".join(bad))
    counted = {clip: looked[file].frames for clip, file in data.videos.items()}
    return checks.check(files, data.clips, video_frames=counted, every_clip=every_clip)


def make(data: Dataset, *, every_clip: bool = True) -> pd.DataFrame:
    """Write labels.parquet: votes, majority and cleaned label of every frame; returns it.

    Where an annotator gave kinds, kinds.parquet too.

    Parameters
    ----------
    every_clip : as for :func:`read`; frames of clips that nobody labelled are Unlabeled.
    """
    annotations = read(data, every_clip=every_clip)
    table = majority.label_table(annotations, data.clips)
    data.write(table, "labels.parquet")
    kinds.make(data, annotations)
    return table


def has_kinds(data: Dataset) -> bool:
    """Whether an annotation file has a column for kinds; one that cannot be read has none."""
    for name in data.annotators:
        with suppress(ValueError):
            if checks.KIND in read_annotation(data.annotation(name)):
                return True
    return False
