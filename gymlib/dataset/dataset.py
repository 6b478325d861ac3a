"""A data set as one object: its folder, its tables, its clips."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from gymlib import labels
from gymlib.dataset import schemas
from gymlib.dataset.clip import Attempt, Clip
from gymlib.dataset.clips_file import read_clips
from gymlib.dataset.keypoints import keypoint_array
from gymlib.files import paths
from gymlib.files.atomic import existing
from gymlib.files.tables import read_table, write_table

MAKERS = {
    "labels.parquet": "01_annotation_review",
    "kinds.parquet": "01_annotation_review",
    "keypoints.parquet": "02_pose_extraction",
    "processed.parquet": "03_preprocessing",
}
"""Table -> the notebook that writes it."""


class Dataset:
    """A folder ``data/<name>/`` of clips with their labels, poses and results.

    A table is read when it is first asked for, and again only after its file has changed. What
    is returned is shared: make a copy before changing values in it.

    Parameters
    ----------
    name : of the folder; letters, digits, "_", "-" and ".".
    home : the folder that holds data/, figures/ and build/; None takes the environment variable
        GYMLIB_HOME, or the repository.
    """

    def __init__(self, name: str, home: Path | None = None):
        self.name = paths.safe_name(name, "data set")
        self.home = paths.home() if home is None else Path(home).resolve()
        self._tables: dict[Path, tuple] = {}

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, home={str(self.home)!r})"

    # --- folders and files ------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """data/<name>."""
        return self.home / "data" / self.name

    @property
    def report(self) -> Path:
        """build/report/<name>: executed notebooks and the tables beside them."""
        return paths.work(self.home) / "report" / self.name

    @property
    def figures(self) -> Path:
        """figures/<name>."""
        return self.home / "figures" / self.name

    def results(self, protocol: str) -> Path:
        """Folder of one protocol's results."""
        return self.folder / "results" / paths.safe_name(protocol, "protocol")

    @property
    def annotators(self) -> list[str]:
        """Names of the annotators: the files of annotations/, sorted; hidden files are none.

        Raises ValueError for a file whose name no annotator can have.
        """
        found = (self.folder / "annotations").glob("*")
        files = [f for f in found if f.suffix.lower() == ".csv" and f.name[0] != "."]
        for file in files:
            paths.safe_name(file.stem, f"{file.parent}: annotator")
            if file.suffix != ".csv":
                raise ValueError(f"{file}: rename it to {file.stem}.csv, or it counts for nobody")
        return sorted(file.stem for file in files)

    def annotation(self, annotator: str, draft: bool = False) -> Path:
        """An annotator's file, annotations/<annotator>.csv or drafts/<annotator>.csv."""
        folder = self.folder / ("drafts" if draft else "annotations")
        return folder / f"{paths.safe_name(annotator, 'annotator')}.csv"

    def video(self, clip: str) -> Path | None:
        """The clip's video file; None if the data set has none for it."""
        path = self._row(clip)["path"]
        return self.folder / path if isinstance(path, str) and path else None

    @property
    def videos(self) -> dict[str, Path]:
        """Clip -> video file, of all clips that have one."""
        table = self.clips[self.clips["path"].fillna("") != ""]
        return {clip: self.folder / path for clip, path in zip(table["clip"], table["path"])}

    @property
    def begins(self) -> dict[str, float]:
        """Clip -> seconds at which it begins in its film: 0, or what was cut off before it."""
        clips = self.clips
        seconds = clips["start"] / clips["fps"] if "start" in clips else pd.Series(0.0, clips.index)
        return dict(zip(clips["clip"], seconds.fillna(0.0)))

    # --- tables -----------------------------------------------------------------------------

    @property
    def clips(self) -> pd.DataFrame:
        """clips.csv: clip, video, path, fps, frames, width, height (pixels); names checked."""
        return self._table("clips.csv", read_clips)

    @property
    def labels(self) -> pd.DataFrame:
        """labels.parquet: votes, majority, agreement and final label per clip and frame."""
        return self._table("labels.parquet")

    @property
    def kinds(self) -> pd.DataFrame:
        """kinds.parquet: the kind of idle or skill per clip and frame, where people gave any."""
        return self._table("kinds.parquet")

    @property
    def keypoints(self) -> pd.DataFrame:
        """keypoints.parquet: pose, visibility and detection per clip and frame."""
        return self._table("keypoints.parquet")

    @property
    def processed(self) -> list[Clip]:
        """processed.parquet as clips that can be learnt from, in the order of the table."""
        table = self._table("processed.parquet")
        return [clip_of(str(name), rows) for name, rows in table.groupby("clip", sort=False)]

    @property
    def picture(self) -> pd.DataFrame:
        """picture.parquet: what moves around the body, vectors per clip and frame."""
        return self._table("picture.parquet")

    def has(self, *tables: str) -> bool:
        """Whether these files are there."""
        return all((self.folder / table).is_file() for table in tables)

    def write(self, table: pd.DataFrame, name: str) -> Path:
        """Write one of the tables above, checked, and return its file."""
        write_table(self.folder / name, table, schemas.BY_FILE[name])
        return self.folder / name

    def _table(self, name: str, read: Callable[[Path], pd.DataFrame] | None = None) -> pd.DataFrame:
        hint = f"Run notebook {MAKERS[name]} first." if name in MAKERS else self._hint()
        file = existing(self.folder / name, hint)
        status = file.stat()
        version = (status.st_ino, status.st_mtime_ns, status.st_size)
        if self._tables.get(file, (None,))[0] != version:
            table = read(file) if read else read_table(file, schemas.BY_FILE[name])
            self._tables[file] = version, table
        return self._tables[file][1].copy(deep=False)

    def _hint(self) -> str:
        return f"Run `make data DATASET={self.name}`, or see 'Your own videos' in the README."

    # --- one clip ---------------------------------------------------------------------------

    def clip(self, name: str) -> Attempt:
        """All frames of a clip with their poses, and with their labels if there are any.

        Raises ValueError for an unknown clip, MissingFileError before poses are extracted.
        """
        row, poses = self._row(name), self.keypoints
        own = poses[poses["clip"] == name].sort_values("frame")
        found = None
        if self.has("labels.parquet"):
            table = self.labels
            found = labels.encode(table[table["clip"] == name].sort_values("frame")["label"])
        return Attempt(
            name=name,
            video=row["video"],
            fps=float(row["fps"]),
            size=(int(row["width"]), int(row["height"])),
            keypoints=keypoint_array(own),
            detected=own["detected"].to_numpy(bool),
            labels=found,
        )

    def _row(self, clip: str) -> pd.Series:
        table = self.clips
        own = table[table["clip"] == clip]
        if own.empty:
            known = ", ".join(table["clip"].head(5))
            raise ValueError(
                f"data set {self.name} has no clip {clip!r}; its {len(table)} clips begin with "
                f"{known}"
            )
        return own.iloc[0]


def clip_of(name: str, rows: pd.DataFrame) -> Clip:
    """A clip from its rows of a table like processed.parquet."""
    return Clip(
        name=name,
        video=rows["video"].iloc[0],
        frames=rows["frame"].to_numpy(),
        keypoints=keypoint_array(rows),
        labels=labels.encode(rows["label"]),
    )


def names(home: Path | None = None) -> list[str]:
    """Names of the data sets at hand: folders of data/ with a clips.csv, sorted."""
    place = paths.home() if home is None else Path(home)
    return sorted(file.parent.name for file in (place / "data").glob("*/clips.csv"))
