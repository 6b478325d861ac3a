"""The complete protocol: every unit in its own process, resumable, then the tables.

``run`` leaves in its folder: predictions.parquet, losses.csv, trials.csv, folds.csv, models/,
studies.journal, and last of all protocol.json. Unfinished work lies in a folder whose name is
the hash of settings and data, so a run never continues another one's.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib import execution, io, lock, outer_folds, provenance, schemas, training, tuning
from gymlib.clips import Clip
from gymlib.protocol import Protocol
from gymlib.unit import Unit, plan

TABLES = ("predictions.parquet", "losses.csv", "trials.csv", "folds.csv")


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

    A finished run of the same settings and data is kept as it is; an interrupted one continues
    where it stopped and ends with the same tables, bit for bit.

    Parameters
    ----------
    engine : "compiled" (by Numba) or "torch" (the plain loop); None takes the plain loop for
        work so short that it is done before anything has compiled.
    n_jobs : processes; None takes as many as there are cores.
    cluster : address of a Dask scheduler whose workers take the place of processes, with the
        same tables; None takes the environment variable GYMLIB_CLUSTER, if it is set.

    Raises
    ------
    ValueError for clips that cannot be learnt from or fewer groups than folds; lock.BusyError if
    another run works in ``folder``; ConnectionError if no cluster answers at its address.
    """
    training.check_clips(clips)
    folder, engine = Path(folder), engine or suitable_engine(clips, protocol)
    if engine not in outer_folds.ENGINES:
        known = ", ".join(outer_folds.ENGINES)
        raise ValueError(f"engine must be one of {known}, found {engine!r}")
    key = fingerprint(clips, protocol, engine)
    if is_finished(folder, key):
        return folder
    with lock.hold(folder, "nested-cv"):
        units = plan(clips, protocol, folder / f".unfinished-{key}", engine)
        _tidy(folder, keep=units[0].folder.parent)
        execution.run(units, n_jobs, cluster or os.environ.get("GYMLIB_CLUSTER"))
        _publish(units, folder, key)
    return folder


def fingerprint(clips: Sequence[Clip], protocol: Protocol, engine: str) -> str:
    """Hash of everything the tables depend on, 16 hex digits."""
    digest = hashlib.sha256(json.dumps([asdict(protocol), engine]).encode())
    for clip in clips:
        digest.update(f"{clip.name}\0{clip.video}\0{len(clip)}\0".encode())
        for array in (clip.frames.astype(np.int64), clip.keypoints, clip.labels):
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


COMPILING = 40.0
"""Seconds that compiling everything takes in two processes, roughly."""


def suitable_engine(clips: Sequence[Clip], protocol: Protocol) -> str:
    """ "torch" if the plain loop would need less than :data:`COMPILING`, else "compiled"."""
    units = plan(clips, protocol, Path(), "torch")
    return "torch" if sum(unit.cost for unit in units) < COMPILING else "compiled"


def is_finished(folder: Path, key: str) -> bool:
    """Whether ``folder`` holds the complete results of exactly these settings and data."""
    file = Path(folder) / "protocol.json"
    return (
        file.is_file()
        and io.read_json(file).get("fingerprint") == key
        and all((Path(folder) / table).is_file() for table in TABLES)
    )


def _tidy(folder: Path, keep: Path) -> None:
    """Remove unfinished work of other settings or data, and files that a killed run left half."""
    for other in folder.glob(".unfinished-*"):
        if other != keep:
            shutil.rmtree(other, ignore_errors=True)
    for half in folder.glob(".part-*"):
        half.unlink()


# --- results --------------------------------------------------------------------------------


def _publish(units: list[Unit], folder: Path, key: str) -> None:
    """Collect the units' tables; protocol.json comes last and says that all is there."""
    (folder / "protocol.json").unlink(missing_ok=True)
    order = ["architecture", "outer"]
    predictions = _collect(units, "predictions.parquet").sort_values(order, kind="stable")
    io.write_table(folder / "predictions.parquet", predictions, schemas.PREDICTIONS)
    io.write_table(
        folder / "losses.csv", _collect(units, "losses.parquet").sort_values(order, kind="stable")
    )
    trials = _collect(units, "trials.parquet").sort_values([*order, "inner", "trial"])
    io.write_table(folder / "trials.csv", trials)
    own = [unit for unit in units if unit.architecture == units[0].architecture]
    folds = [unit.parent for unit in own], [unit.inner for unit in own]
    io.write_table(folder / "folds.csv", fold_table(units[0].clips, *folds))
    tuning.write_journal(_studies(trials), units[0].protocol.space, folder / "studies.journal")
    _publish_models(units, folder)
    seconds = {u.folder.name: io.read_json(u.folder / u.LAST)["seconds"] for u in units}
    content = {
        "protocol": asdict(units[0].protocol),
        "engine": units[0].engine,
        "fingerprint": key,
        "seconds": seconds,
        "provenance": provenance.record(),
    }
    io.write_json(folder / "protocol.json", content)
    shutil.rmtree(units[0].folder.parent)


def _publish_models(units: list[Unit], folder: Path) -> None:
    """Gather all models beside the units, then put them in place of an older run's."""
    gathered = units[0].folder.parent / "models"
    gathered.mkdir(exist_ok=True)
    for unit in units:
        for file in (unit.folder / "models").glob("[!.]*"):  # not what a killed run left half
            os.replace(file, gathered / file.name)
    if any(gathered.iterdir()):  # empty when a run was stopped just below this line
        shutil.rmtree(folder / "models", ignore_errors=True)
        os.replace(gathered, folder / "models")


def _collect(units: list[Unit], file: str) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(unit.folder / file) for unit in units], ignore_index=True)


def _studies(trials: pd.DataFrame) -> dict:
    """Study name -> its trials, for the journal."""
    return {
        f"{architecture}, outer fold {outer}, inner fold {inner}": [
            ({"learning_rate": row.learning_rate, "momentum": row.momentum}, row.f1)
            for row in rows.itertuples()
        ]
        for (architecture, outer, inner), rows in trials.groupby(["architecture", "outer", "inner"])
    }


def fold_table(clips: Sequence[Clip], parents, children) -> pd.DataFrame:
    """folds.csv: per clip the outer fold that tests it, and per outer fold k the inner fold that
    validates it (``inner_of_outer_k``; empty where the clip is in that fold's test set)."""
    table = pd.DataFrame(
        {"clip": [clip.name for clip in clips], "video": [clip.video for clip in clips]}
    )
    table["outer"] = _fold_numbers(parents, len(clips))
    for k, inner in enumerate(children):
        table[f"inner_of_outer_{k}"] = _fold_numbers(inner, len(clips))
    return table


def _fold_numbers(folds, size: int) -> pd.Series:
    numbers = pd.Series(pd.NA, index=range(size), dtype="Int64")
    for k, fold in enumerate(folds):
        numbers[fold.test] = k
    return numbers
