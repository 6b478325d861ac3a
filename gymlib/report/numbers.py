"""The numbers of front page and cards: read from the tables beside the executed notebooks.

A fresh clone holds these tables but no data, so everything the pages need is in them.
"""

import numpy as np
import pandas as pd

from gymlib.annotation import agreement
from gymlib.annotation.majority import table_votes
from gymlib.dataset.tables import annotators, read_clips, read_keypoints, read_labels
from gymlib.files import paths, provenance
from gymlib.files.atomic import read_json, write_json
from gymlib.labels import CLASSES, UNLABELED
from gymlib.thesis import reference


def datasets() -> list[str]:
    """Data sets with executed notebooks under report/, sorted."""
    return sorted({file.parent.name for file in (paths.home() / "report").glob("*/0*.ipynb")})


def shown() -> list[str]:
    """Data sets that become pages: those of :func:`datasets`, a quick set only for want of the
    full one, ``simulated`` first.
    """
    known = datasets()
    chosen = [name for name in known if name.removesuffix("-quick") not in set(known) - {name}]
    return sorted(chosen, key=lambda name: (not name.startswith("simulated"), name))


def judged() -> list[str]:
    """Data sets whose scores are shown: a quick set shows that all runs, not how well."""
    return [
        name
        for name in datasets()
        if not name.endswith("-quick") and (_tables(name) / "table2.csv").is_file()
    ]


def _tables(dataset: str):
    return paths.report(dataset) / "tables"


def table2(dataset: str) -> pd.DataFrame:
    """Mean and deviation over the outer folds, in percent, one row per approach."""
    return pd.read_csv(_tables(dataset) / "table2.csv").set_index("approach")


def published() -> pd.DataFrame:
    """The thesis's table 2, in the same form."""
    return reference.table2().set_index("approach")


def per_class(dataset: str) -> pd.DataFrame:
    """Precision, recall and F1 of every class and approach, in percent."""
    file = _tables(dataset) / "per_class.csv"
    return pd.read_csv(file) if file.is_file() else pd.DataFrame(columns=["approach", "label"])


def transfer() -> dict | None:
    """Accuracy of models trained on simulated gymnasts alone, on ``recovered``, in percent."""
    for dataset in judged():
        file = _tables(dataset) / "transfer.json"
        found = read_json(file) if file.is_file() else {}
        if found.get("source") == "simulated" and found.get("target") == "recovered":
            return found
    return None


def description(dataset: str) -> dict | None:
    """What :func:`measure` wrote for a data set."""
    file = _tables(dataset) / "data.json"
    return read_json(file) if file.is_file() else None


def measure(dataset: str) -> dict:
    """Count what is in a data set and write it to report/<data set>/tables/data.json.

    Shares are of all frames; agreement is left out where no two annotators labelled a frame.
    """
    clips, labels = read_clips(dataset), read_labels(dataset)
    poses = read_keypoints(dataset)
    names = annotators(dataset)
    votes = table_votes(labels, names)
    frames = labels.groupby("clip")["frame"].size()
    share = labels["label"].value_counts(normalize=True)
    numbers = {
        "clips": len(clips),
        "videos": int(clips["video"].nunique()),
        "frames": len(labels),
        "shortest": int(frames.min()),
        "median": float(frames.median()),
        "longest": int(frames.max()),
        "annotators": names,
        "labels": {name: float(share.get(name, 0)) for name in (*CLASSES, UNLABELED)},
        "with_pose": float(poses["detected"].mean()),
        "unanimous": agreement.unanimous(votes),
        "alpha": agreement.krippendorff_alpha_of_votes(votes),
    }
    numbers = {
        name: value
        for name, value in numbers.items()
        if not (isinstance(value, float) and np.isnan(value))
    }
    folder = paths.dataset(dataset)
    files = [folder / name for name in ("clips.csv", "labels.parquet", "keypoints.parquet")]
    numbers |= {"data": provenance.file_hash(files), "commit": provenance.commit()}
    write_json(_tables(dataset) / "data.json", numbers)
    return numbers


def scores(table: pd.DataFrame) -> dict[str, str]:
    """Approach -> "accuracy / macro F1", one digit."""
    return {key: f"{table.acc_mean[key]:.1f} / {table.f1_mean[key]:.1f}" for key in table.index}
