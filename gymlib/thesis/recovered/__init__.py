"""The data set ``recovered``: 67 real clips that the thesis's public repository prints.

One notebook of that repository prints skeletons in two outputs: standard output of code cell 6
(two clips with the authors' labels) and the result of code cell 8 (65 clips). The file is
downloaded from a pinned commit and checked by its SHA-256, or taken from a local copy, and
parsed as data: nothing in it is evaluated. The skeletons have no licence, so the project holds
this recipe, the clips' names and the annotations, not the skeletons themselves.
"""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib.dataset import schemas
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.files import paths
from gymlib.files.atomic import atomic_path, write_json
from gymlib.files.tables import TableError, check, read_table, write_table
from gymlib.thesis.recovered.printed import RecoveryError
from gymlib.thesis.recovered.source import (
    COMMIT,
    FILE,
    REPOSITORY,
    SHA256,
    download,
    find_local,
    read_archive,
    read_notebook,
)

__all__ = ["RecoveryError", "check_skeletons", "keypoint_table", "make"]

COMMITTED = paths.REPOSITORY / "data" / "recovered"

NOTES = (
    "Coordinates are the authors' pixels divided by 960 (x) and 540 (y); 960x540 is known for one "
    "clip and assumed for the others. x is relative to the left hip of the same frame, y to the "
    "left hip of the clip's first frame. Frames without a pose were deleted before printing, so "
    "detected is true everywhere and time has unmarked jumps. Frame rate and visibility unknown."
)


def make(folder: Path, source: Path | None = None, *, sha256: str = SHA256) -> None:
    """Write keypoints.parquet and keypoints.json of the recovered clips into ``folder``.

    ``clips.csv``, the annotations and the datasheet come from the project if the folder lacks
    them. Everything is parsed and checked before the first file is written.

    Parameters
    ----------
    folder : the data set's folder.
    source : a copy of the notebook (.ipynb), a ``skeletons.npz`` with one (frames, 33, 2) integer
        array per clip, or a folder that holds either; None keeps complete skeletons that are
        there already, and downloads the notebook otherwise.
    sha256 : checksum that a notebook must have.

    Raises
    ------
    RecoveryError : wrong checksum, missing output, truncated list, other clips or lengths than
        clips.csv lists, or no connection.
    """
    folder = Path(folder)
    described = folder if (folder / "clips.csv").is_file() else COMMITTED
    clips = check(_read_clips(described / "clips.csv"), schemas.CLIPS, "clips.csv")
    if source is None and _is_complete(folder / "keypoints.parquet", clips):
        return
    file = download(folder / "source", sha256) if source is None else find_local(Path(source))
    skeletons = read_archive(file) if file.suffix == ".npz" else read_notebook(file, clips, sha256)
    check_skeletons(skeletons, clips)
    table = keypoint_table(skeletons, clips)
    if described != folder:
        _copy_description(folder)
    write_json(folder / "keypoints.json", _provenance(file, source is None))
    write_table(folder / "keypoints.parquet", table, schemas.KEYPOINT_TABLE)


def _read_clips(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype={"clip": str, "video": str, "path": str})


def _is_complete(file: Path, clips: pd.DataFrame) -> bool:
    """Whether the clips were recovered before, with the lengths that clips.csv lists."""
    if not file.is_file() or not (file.parent / "keypoints.json").is_file():
        return False
    try:
        table = read_table(file, schemas.KEYPOINT_TABLE)
    except TableError:
        return False
    return table["clip"].value_counts().to_dict() == dict(zip(clips["clip"], clips["frames"]))


def check_skeletons(skeletons: dict[str, np.ndarray], clips: pd.DataFrame) -> None:
    """RecoveryError unless the clips and their lengths are exactly those of clips.csv."""
    expected = dict(zip(clips["clip"], clips["frames"]))
    faults = [f"{name} is missing" for name in expected if name not in skeletons]
    faults += [f"{name} is not in clips.csv" for name in skeletons if name not in expected]
    for name in expected.keys() & skeletons.keys():
        shape, kind = skeletons[name].shape, skeletons[name].dtype
        if shape != (expected[name], 33, 2) or kind.kind != "i":
            faults.append(
                f"{name}: expected {(expected[name], 33, 2)} integers, found {shape} {kind}"
            )
    if faults:
        more = f"; and {len(faults) - 10} more" if len(faults) > 10 else ""
        raise RecoveryError("; ".join(sorted(faults)[:10]) + more)


def keypoint_table(skeletons: dict[str, np.ndarray], clips: pd.DataFrame) -> pd.DataFrame:
    """Skeletons in pixels as keypoints.parquet holds them: x / width, y / height."""
    tables = []
    for clip in clips.itertuples():
        pixels = skeletons[clip.clip]
        unknown = np.full(pixels.shape[:2], np.nan)
        tables.append(
            keypoint_rows(
                clip.clip,
                (pixels / np.array([clip.width, clip.height])).astype(np.float32),
                unknown.astype(np.float32),
                np.ones(len(pixels), dtype=bool),
                np.full(len(pixels), np.nan),
            )
        )
    return pd.concat(tables, ignore_index=True)


def _copy_description(folder: Path) -> None:
    for file in ["clips.csv", "DATASHEET.md", "annotations"]:
        origin, target = COMMITTED / file, folder / file
        if origin.is_dir():
            shutil.copytree(origin, target, dirs_exist_ok=True)
        elif origin.is_file():
            with atomic_path(target) as temporary:
                shutil.copyfile(origin, temporary)


def _provenance(file: Path, downloaded: bool) -> dict:
    return {
        "extractor": "BlazePose",
        "version": "unknown (the thesis authors' run)",
        "settings": {},
        "provenance": {
            "repository": REPOSITORY,
            "commit": COMMIT,
            "file": FILE,
            "notebook_sha256": SHA256,
            "obtained": "download" if downloaded else f"local file {file.name}",
        },
        "notes": NOTES,
    }
