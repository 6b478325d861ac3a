"""The numbers of front page and cards: read from the tables beside the executed notebooks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib.annotation import agreement
from gymlib.annotation.majority import table_votes
from gymlib.dataset import Dataset
from gymlib.evaluation.results import title
from gymlib.files import paths, provenance
from gymlib.files.atomic import read_json, write_json
from gymlib.files.cache import Step
from gymlib.labels import CLASSES, UNLABELED
from gymlib.thesis import reference


def shown(home: Path) -> list[Dataset]:
    """Data sets with executed notebooks, quick runs last, ``simulated`` first of its kind."""
    folder = paths.work(home) / "report"
    found = [Dataset(name, home) for name in {f.parent.name for f in folder.glob("*/0*.ipynb")}]
    return sorted(found, key=lambda d: (is_quick(d), not d.name.startswith("simulated"), d.name))


def is_quick(data: Dataset) -> bool:
    """Whether the data set, or its last run, only shows that everything runs."""
    about = description(data) or {}
    return data.name.endswith("-quick") or about.get("profile") == "quick"


def judged(datasets: Sequence[Dataset], quick: bool = False) -> list[Dataset]:
    """Those of ``datasets`` that have scores, of full or of quick runs."""
    return [d for d in datasets if is_quick(d) == quick and table(d, "table2") is not None]


def table(data: Dataset, name: str) -> pd.DataFrame | None:
    """A table beside the executed notebooks, such as "chance"; None before one of them wrote it."""
    return _read(data.report / "tables" / f"{name}.csv")


def _read(file: Path) -> pd.DataFrame | None:
    return pd.read_csv(file) if file.is_file() else None


def table2(data: Dataset) -> pd.DataFrame:
    """Mean and deviation over the outer folds, in percent, one row per approach."""
    return table(data, "table2").set_index("approach")


def thesis() -> pd.DataFrame:
    """The thesis's table 2, in the same form."""
    return reference.table2().set_index("approach")


def compared(data: Dataset) -> pd.DataFrame:
    """Accuracy and macro F1 in percent: of this run, as published, and the difference.

    One row per approach; a data set that was not published, and a quick run, have its own alone.
    """
    here = table2(data)
    published = _read(paths.PUBLISHED / data.name / "tables" / "table2.csv")
    there = None if published is None or is_quick(data) else published.set_index("approach")
    parts = {}
    for score, column in (("accuracy", "acc_mean"), ("macro F1", "f1_mean")):
        parts[score] = here[column]
        if there is not None:
            parts[f"{score}, published"] = there[column].reindex(here.index)
            parts[f"{score}, difference"] = here[column] - parts[f"{score}, published"]
    return pd.DataFrame(parts).rename(index=title).rename_axis(None)


def transfer(datasets: Sequence[Dataset]) -> dict | None:
    """Accuracy of models taught by simulated gymnasts alone, on ``recovered``, in percent."""
    for data in judged(datasets):
        file = data.report / "tables" / "transfer.json"
        found = read_json(file) if file.is_file() else {}
        if found.get("source") == "pretrained" and found.get("target") == "recovered":
            return found
    return None


def description(data: Dataset) -> dict | None:
    """What :func:`measure` wrote for a data set."""
    file = data.report / "tables" / "data.json"
    return read_json(file) if file.is_file() else None


def measure(data: Dataset, profile: str = "full") -> dict:
    """Count what is in a data set, if that changed; kept in tables/data.json of its report.

    Shares are of all frames; agreement is left out where no two annotators labelled a frame.
    """
    files = [data.folder / name for name in ("clips.csv", "labels.parquet", "keypoints.parquet")]
    target = data.report / "tables" / "data.json"
    step = Step(
        data.folder / ".done" / "description.json",
        files,
        {"profile": profile, "annotators": data.annotators},
        [__name__],
        [target],
    )
    if not step.is_done():
        with step.making():
            origin = {"data": provenance.file_hash(files), "commit": provenance.commit()}
            write_json(target, _count(data) | {"profile": profile} | origin)
    return read_json(target)


def _count(data: Dataset) -> dict:
    clips, labels = data.clips, data.labels
    votes = table_votes(labels, data.annotators)
    frames = labels.groupby("clip")["frame"].size()
    share = labels["label"].value_counts(normalize=True)
    numbers = {
        "clips": len(clips),
        "videos": int(clips["video"].nunique()),
        "frames": len(labels),
        "shortest": int(frames.min()),
        "median": float(frames.median()),
        "longest": int(frames.max()),
        "annotators": data.annotators,
        "labels": {name: float(share.get(name, 0)) for name in (*CLASSES, UNLABELED)},
        "with_pose": float(data.keypoints["detected"].mean()),
        "unanimous": agreement.unanimous(votes),
        "alpha": agreement.krippendorff_alpha(votes),
    }
    known = numbers["unanimous"], numbers["alpha"]
    absent = {name for name, value in zip(("unanimous", "alpha"), known) if np.isnan(value)}
    return {name: value for name, value in numbers.items() if name not in absent}
