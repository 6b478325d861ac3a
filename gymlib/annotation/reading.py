"""From a data set's annotation files to its labels, checked as a whole first."""

import csv
from pathlib import Path

import pandas as pd

from gymlib import video
from gymlib.annotation import checks, majority
from gymlib.dataset import schemas
from gymlib.dataset.tables import annotators, read_clips
from gymlib.files import paths
from gymlib.files.atomic import existing
from gymlib.files.tables import write_table


def read_annotation(path: Path) -> pd.DataFrame:
    """One annotator's runs as written by people, all columns as text, values unchecked.

    Bytes that are not UTF-8 become U+FFFD, for the check to name their rows.
    """
    try:
        return checks.parse(existing(path).read_text("utf-8-sig", errors="replace"))
    except csv.Error as error:
        raise ValueError(f"{path} cannot be read as comma-separated text: {error}") from None


def read(dataset: str, *, every_clip: bool = True) -> dict[str, pd.DataFrame]:
    """All annotators' runs (clip, start, end, label, comment), whole numbers, by annotator.

    Clip lengths are checked against clips.csv and, where there are videos, against what they
    hold. A clip that nobody labelled is a fault, unless ``every_clip`` is False. Raises
    AnnotationError listing every fault with file and row, ValueError if there is no annotation
    file.
    """
    folder = paths.dataset(dataset)
    names = annotators(dataset)
    if not names:
        raise ValueError(
            f"{folder / 'annotations'} holds no annotation file; one <annotator>.csv per person "
            "with columns clip, start, end, label is needed to train and to score; the labeller in "
            "notebook 01 makes one"
        )
    files = {name: read_annotation(folder / "annotations" / f"{name}.csv") for name in names}
    clips = read_clips(dataset)
    filmed = clips[clips["path"].fillna("") != ""]
    counted = {clip.clip: video.probe(folder / clip.path).frames for clip in filmed.itertuples()}
    return checks.check(files, clips, video_frames=counted, every_clip=every_clip)


def make(dataset: str, *, every_clip: bool = True) -> pd.DataFrame:
    """Write labels.parquet: votes, majority and cleaned label of every frame; returns it.

    Parameters
    ----------
    every_clip : as for :func:`read`; frames of clips that nobody labelled are Unlabeled.
    """
    runs = read(dataset, every_clip=every_clip)
    table = majority.label_table(runs, read_clips(dataset))
    write_table(paths.dataset(dataset) / "labels.parquet", table, schemas.LABELS)
    return table
