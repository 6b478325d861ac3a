"""The tables of a data set by its name."""

import warnings
from pathlib import Path

import pandas as pd

from gymlib import labels
from gymlib.dataset import schemas
from gymlib.dataset.clip import Clip
from gymlib.dataset.keypoints import keypoint_array
from gymlib.files import paths
from gymlib.files.atomic import existing
from gymlib.files.tables import TableError, check, read_table


def read_clips(dataset: str) -> pd.DataFrame:
    """clips.csv: clip, video, path, fps, frames, width, height (pixels); names checked."""
    path = existing(
        paths.dataset(dataset) / "clips.csv",
        f"Run `make data DATASET={dataset}`, or see 'Your own videos' in the README.",
    )
    try:
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            # Without index_col=False rows with surplus cells would shift all columns silently.
            names = {"clip": str, "video": str, "path": str}
            text = pd.read_csv(path, dtype=names, index_col=False)
    except (ValueError, pd.errors.ParserWarning) as error:  # also a wrong encoding
        raise TableError(
            f"{path} cannot be read as a table, expected comma-separated text in UTF-8: {error}"
        ) from None
    if text.empty:
        raise TableError(f"{path} lists no clip; add a row per clip, or delete the file")
    return check(text, schemas.CLIPS, str(path))


def annotators(dataset: str) -> list[str]:
    """Names of the annotators: the files of annotations/, sorted; hidden files are none."""
    files = (paths.dataset(dataset) / "annotations").glob("*.csv")
    return sorted(file.stem for file in files if not file.name.startswith("."))


def read_labels(dataset: str) -> pd.DataFrame:
    """labels.parquet: votes, majority, agreement and final label per clip and frame."""
    return read_table(_step(dataset, "labels.parquet", "01_annotation_review"), schemas.LABELS)


def read_keypoints(dataset: str) -> pd.DataFrame:
    """keypoints.parquet: pose, visibility and detection per clip and frame."""
    return read_table(
        _step(dataset, "keypoints.parquet", "02_pose_extraction"), schemas.KEYPOINT_TABLE
    )


def read_processed(dataset: str) -> list[Clip]:
    """processed.parquet as clips, in the order of the table."""
    path = _step(dataset, "processed.parquet", "03_preprocessing")
    table = read_table(path, schemas.PROCESSED)
    return [_clip(name, rows) for name, rows in table.groupby("clip", sort=False)]


def _step(dataset: str, file: str, notebook: str) -> Path:
    return existing(paths.dataset(dataset) / file, f"Run notebook {notebook} first.")


def _clip(name: str, rows: pd.DataFrame) -> Clip:
    return Clip(
        name=name,
        video=rows["video"].iloc[0],
        frames=rows["frame"].to_numpy(),
        keypoints=keypoint_array(rows),
        labels=labels.encode(rows["label"]),
    )
