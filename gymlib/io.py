"""Reading and writing the files of a data set, checked and atomic.

Every write goes to a temporary file in the same folder that then takes the final name, so a
reader sees the old file or the new one, never half of one.
"""

import contextlib
import csv
import json
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from gymlib import annotation_check, labels, paths, schemas
from gymlib.clips import Clip
from gymlib.skeleton import KEYPOINTS

FLOAT_FORMAT = "%.6g"


class MissingFileError(FileNotFoundError):
    """A file that an earlier step should have written is not there."""


@contextlib.contextmanager
def atomic_path(path: Path):
    """A temporary path that becomes ``path`` when the block ends well, and vanishes otherwise.

    Raises OSError with the file's name if the disk is full or the folder cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(
            error.errno, f"cannot write {path}: {error.strerror or error}; nothing was changed"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: dict) -> None:
    """Write JSON, readable by people; NaN is refused because JSON has none."""
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> dict:
    """Read JSON; ValueError names the file and line of a syntax error."""
    try:
        return json.loads(_existing(path).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not valid JSON: line {error.lineno}, {error.msg}") from None


def write_table(path: Path, table: pd.DataFrame, schema=None) -> None:
    """Write a table as Parquet or CSV (by suffix), checked against ``schema`` if given."""
    path = Path(path)
    if schema is not None:
        table = schemas.check(table, schema, str(path))
    with atomic_path(path) as temporary:
        if path.suffix == ".parquet":
            table.to_parquet(temporary, index=False)
        elif path.suffix == ".csv":
            table.to_csv(temporary, index=False, float_format=FLOAT_FORMAT, lineterminator="\n")
        else:
            raise ValueError(f"{path}: a table is .parquet or .csv, found {path.suffix!r}")


def read_table(path: Path, schema=None) -> pd.DataFrame:
    """Read a Parquet or CSV table, checked against ``schema`` if given."""
    path = _existing(path)
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (ValueError, OSError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise schemas.TableError(f"{path} cannot be read as a table: {error}") from error
    return table if schema is None else schemas.check(table, schema, str(path))


def _existing(path: Path, hint: str = "") -> Path:
    path = Path(path)
    if not path.is_file():
        raise MissingFileError(f"{path} is missing. {hint}".strip())
    return path


# --- the tables of a data set ---------------------------------------------------------------


def read_clips(dataset: str) -> pd.DataFrame:
    """clips.csv: clip, video, path, fps, frames, width, height (pixels); names checked."""
    path = _existing(
        paths.dataset(dataset) / "clips.csv",
        f"Run `make data DATASET={dataset}`, or see 'Your own videos' in the README.",
    )
    try:
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            # Without index_col=False rows with surplus cells would shift all columns silently.
            names = {"clip": str, "video": str, "path": str}
            text = pd.read_csv(path, dtype=names, index_col=False)
    except (ValueError, pd.errors.ParserWarning) as error:  # also a wrong encoding
        raise schemas.TableError(
            f"{path} cannot be read as a table, expected comma-separated text in UTF-8: {error}"
        ) from None
    if text.empty:
        raise schemas.TableError(f"{path} lists no clip; add a row per clip, or delete the file")
    return schemas.check(text, schemas.CLIPS, str(path))


def annotators(dataset: str) -> list[str]:
    """Names of the annotators: the files of annotations/, sorted; hidden files are none."""
    files = (paths.dataset(dataset) / "annotations").glob("*.csv")
    return sorted(file.stem for file in files if not file.name.startswith("."))


def read_annotation(path: Path) -> pd.DataFrame:
    """One annotator's runs as written by people, all columns as text, values unchecked.

    Bytes that are not UTF-8 become U+FFFD, for the check to name their rows.
    """
    try:
        return annotation_check.parse(_existing(path).read_text("utf-8-sig", errors="replace"))
    except csv.Error as error:
        raise ValueError(f"{path} cannot be read as comma-separated text: {error}") from None


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
    return _existing(paths.dataset(dataset) / file, f"Run notebook {notebook} first.")


def _clip(name: str, rows: pd.DataFrame) -> Clip:
    return Clip(
        name=name,
        video=rows["video"].iloc[0],
        frames=rows["frame"].to_numpy(),
        keypoints=keypoint_array(rows),
        labels=labels.encode(rows["label"]),
    )


# --- between tables and arrays --------------------------------------------------------------


def keypoint_array(rows: pd.DataFrame) -> Float[np.ndarray, "frames 33 2"]:
    """The 66 coordinate columns of a table as float32 (frames, 33, 2)."""
    flat = rows[schemas.XY].to_numpy(dtype=np.float32)
    return flat.reshape(len(rows), len(KEYPOINTS), 2)  # x0, y0, x1, ... -> (frames, 33, 2)


def keypoint_columns(
    keypoints: Float[np.ndarray, "frames 33 2"],
) -> dict[str, Float[np.ndarray, " frames"]]:
    """The inverse of :func:`keypoint_array`: column name -> values."""
    flat = np.asarray(keypoints, dtype=np.float32).reshape(len(keypoints), -1)
    return dict(zip(schemas.XY, flat.T))


def keypoint_rows(
    clip: str,
    keypoints: Float[np.ndarray, "frames 33 2"],
    visibility: Float[np.ndarray, "frames 33"],
    detected: Bool[np.ndarray, " frames"],
    time: Float[np.ndarray, " frames"],
) -> pd.DataFrame:
    """One clip's rows of keypoints.parquet; ``time`` in seconds, NaN where unknown."""
    seen = np.asarray(visibility, dtype=np.float32).T
    return pd.DataFrame(
        {
            "clip": clip,
            "frame": np.arange(len(keypoints)),
            "time": np.asarray(time, dtype=float),
            "detected": detected,
            **keypoint_columns(keypoints),
            **dict(zip(schemas.VISIBILITY, seen)),
        }
    )


def save_figure(figure, dataset: str, name: str) -> Path:
    """Write figures/<dataset>/<name>; the suffix (.svg or .png) decides the format."""
    path = paths.figures(dataset) / name
    with atomic_path(path) as temporary:
        metadata = {"Date": None} if path.suffix == ".svg" else None  # same picture, same bytes
        figure.savefig(temporary, dpi=150, bbox_inches="tight", metadata=metadata)
    return path
