"""The complete protocol: every outer fold in its own process, resumable, then the tables.

``run`` leaves in its folder: predictions.parquet, losses.csv, trials.csv, folds.csv, models/,
studies.journal, and last of all protocol.json. What each outer fold gave stays in .folds/, under a
name that says for which data, settings and code, so that only what has changed is done again.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib import training
from gymlib.dataset import schemas
from gymlib.dataset.clip import Clip
from gymlib.evaluation import parallel, search
from gymlib.evaluation.outer_fold import OuterFold, plan
from gymlib.evaluation.protocol import Protocol
from gymlib.files import lock, provenance
from gymlib.files.atomic import atomic_path, read_json
from gymlib.files.cache import Step
from gymlib.files.tables import write_table

TABLES = ("predictions.parquet", "losses.csv", "trials.csv", "folds.csv")
PARTS = ".folds"
"""Folder of what the outer folds gave."""


def run(
    clips: Sequence[Clip],
    protocol: Protocol,
    folder: Path,
    *,
    engine: str | None = None,
    n_jobs: int | None = None,
    cluster: str | None = None,
) -> Path:
    """Train and test all models of ``protocol`` and write their tables to ``folder``.

    A finished run of the same settings, data and code is kept as it is; an interrupted one
    continues where it stopped and ends with the same tables, bit for bit.

    Parameters
    ----------
    engine : "compiled" (by Numba, where an architecture is) or "torch" (the plain loop); None
        takes the plain loop for work so short that it is done before anything has compiled.
    n_jobs : processes; None takes as many as the work is worth, one per core.
    cluster : address of a Dask scheduler whose workers take the place of processes, with the
        same tables.

    Raises
    ------
    ValueError for clips that cannot be learnt from or fewer groups than folds; lock.BusyError if
    another run works in ``folder``; ConnectionError if no cluster answers at its address.
    """
    training.check_clips(clips, gaps=all(recipe.gaps for recipe in protocol.recipes))
    folder, engine = Path(folder), engine or suitable_engine(clips, protocol)
    if engine not in training.ENGINES:
        known = ", ".join(training.ENGINES)
        raise ValueError(f"engine must be one of {known}, found {engine!r}")
    parts = plan(clips, protocol, folder / PARTS, data_hash(clips), engine)
    tables = _tables(parts, folder)
    if tables.is_done():
        return folder
    with lock.hold(folder, "nested-cv"):
        _tidy(folder, parts)
        parallel.run(parts, n_jobs, cluster)
        about = {
            "protocol": protocol.to_dict(),
            "engine": engine,
            "seconds": {f"{p.recipe.name}-{p.outer}": _seconds(p) for p in parts},
            "provenance": provenance.record(),
        }
        with tables.making(about):
            _publish(parts, folder)
    return folder


def data_hash(clips: Sequence[Clip]) -> str:
    """Hash of everything that the models see of the clips, 16 hex digits."""
    digest = hashlib.sha256()
    for clip in clips:
        digest.update(f"{clip.name}\0{clip.video}\0{len(clip)}\0".encode())
        for array in (clip.frames.astype(np.int64), clip.keypoints, clip.labels):
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


WORTH = 10.0
"""Seconds of training in torch from which compiled loops are worth it: on a machine that has none
yet, each process makes its own at first."""


def suitable_engine(clips: Sequence[Clip], protocol: Protocol) -> str:
    """ "compiled" if the plain loop would need more than :data:`WORTH`."""
    parts = plan(clips, protocol, Path(), "", "torch")
    return "compiled" if sum(part.cost for part in parts) > WORTH else "torch"


def _tables(parts: list[OuterFold], folder: Path) -> Step:
    """The step that gathers what the outer folds gave."""
    models = [folder / "models" / file.name for p in parts for file in _models(p.step.outputs)]
    return Step(
        folder / "protocol.json",
        settings={"folds": [part.folder.name for part in parts]},
        code=("gymlib.evaluation.nested_cv",),
        outputs=[*(folder / name for name in (*TABLES, "studies.journal")), *models],
    )


def _models(files) -> list[Path]:
    return [file for file in files if file.suffix == ".safetensors"]


def _seconds(part: OuterFold) -> float:
    return read_json(part.step.record)["seconds"]


def _tidy(folder: Path, parts: list[OuterFold]) -> None:
    """Remove what other data, settings or code gave."""
    kept = {part.folder for part in parts}
    for other in (folder / PARTS).glob("*"):
        if other not in kept:
            shutil.rmtree(other, ignore_errors=True)


# --- results --------------------------------------------------------------------------------


def _publish(parts: list[OuterFold], folder: Path) -> None:
    """Collect the tables and models of all outer folds."""
    order = ["architecture", "outer"]
    predictions = _collect(parts, "predictions.parquet").sort_values(order, kind="stable")
    write_table(folder / "predictions.parquet", predictions, schemas.PREDICTIONS)
    losses = _collect(parts, "losses.parquet").sort_values(order, kind="stable")
    write_table(folder / "losses.csv", losses)
    trials = _collect(parts, "trials.parquet").sort_values([*order, "inner", "trial"])
    write_table(folder / "trials.csv", trials)
    own = [part for part in parts if part.recipe.name == parts[0].recipe.name]
    folds = [part.fold for part in own], [part.inner for part in own]
    write_table(folder / "folds.csv", fold_table(parts[0].clips, *folds))
    search.write_journal(_studies(parts, trials), folder / "studies.journal")
    shutil.rmtree(folder / "models", ignore_errors=True)
    for part in parts:
        for file in _models(part.step.outputs):
            for source in (file, file.with_suffix(".json")):
                with atomic_path(folder / "models" / source.name) as temporary:
                    shutil.copyfile(source, temporary)


def _collect(parts: list[OuterFold], file: str) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(part.folder / file) for part in parts], ignore_index=True)


def _studies(parts: list[OuterFold], trials: pd.DataFrame) -> dict:
    """Study name -> its space and trials, for the journal."""
    spaces = {part.recipe.name: part.recipe.space for part in parts}
    return {
        f"{architecture}, outer fold {outer}, inner fold {inner}": (
            spaces[architecture],
            [(row[[*spaces[architecture]]].to_dict(), row["f1"]) for _, row in rows.iterrows()],
        )
        for (architecture, outer, inner), rows in trials.groupby(["architecture", "outer", "inner"])
    }


def fold_table(clips: Sequence[Clip], outer, inner) -> pd.DataFrame:
    """folds.csv: per clip the outer fold that tests it, and per outer fold k the inner fold that
    validates it (``inner_of_outer_k``; empty where the clip is in that fold's test set)."""
    table = pd.DataFrame(
        {"clip": [clip.name for clip in clips], "video": [clip.video for clip in clips]}
    )
    table["outer"] = _fold_numbers(outer, len(clips))
    for k, below in enumerate(inner):
        table[f"inner_of_outer_{k}"] = _fold_numbers(below, len(clips))
    return table


def _fold_numbers(folds, size: int) -> pd.Series:
    numbers = pd.Series(pd.NA, index=range(size), dtype="Int64")
    for k, fold in enumerate(folds):
        numbers[fold.test] = k
    return numbers
