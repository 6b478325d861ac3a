"""One unit of the nested cross-validation: one architecture in one outer fold.

All its children search side by side, then its base models and its averaged model train. Each
round of the search is kept as soon as it is done.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from gymlib import compiled, ensemble, io, metrics, models, training, tuning
from gymlib.clips import Clip
from gymlib.labels import decode
from gymlib.schemas import PROBABILITIES
from gymlib.unit import Unit

ENGINES = {"torch": training, "compiled": compiled}
"""Two trainers with the same results: the plain PyTorch loop, and loops compiled by Numba."""


def run(unit: Unit, report: Callable[[float], None] = lambda seconds: None) -> None:
    """Do what the unit still misses; files appear whole or not at all, seconds.json last.

    Parameters
    ----------
    report : told how much of the unit's :attr:`cost <gymlib.unit.Unit.cost>` has been worked off.
    """
    start = time.monotonic()
    trials = search(unit, report)
    tasks = final_tasks(unit, trials)
    losses = _fit(unit, list(tasks.values()), report)
    for name, task in tasks.items():
        models.save(task.model, unit.folder / "models" / model_file(unit, name))
    io.write_table(unit.folder / "losses.parquet", _loss_table(unit, tasks, losses))
    io.write_table(unit.folder / "predictions.parquet", predictions(unit, tasks))
    io.write_json(unit.folder / unit.LAST, {"seconds": time.monotonic() - start})


# --- the search -----------------------------------------------------------------------------


def search(unit: Unit, report: Callable[[float], None]) -> pd.DataFrame:
    """trials.parquet: every proposal of every child, its validation macro F1 and last loss.

    Finished rounds are not trained again: the studies are told the scores on file and so come
    to the same proposals.
    """
    protocol, file = unit.protocol, unit.folder / "trials.parquet"
    studies = [
        tuning.Study(
            protocol.space, seed=unit.seed("study", unit.outer, i), startup=protocol.startup
        )
        for i in range(len(unit.inner))
    ]
    table = pd.read_parquet(file) if file.is_file() else pd.DataFrame()
    first = 0
    for count in tuning.rounds(protocol.trials, protocol.startup):
        proposals = _proposals(unit, [study.ask(count) for study in studies], first)
        known = table[table["trial"].between(first, first + count - 1)] if len(table) else table
        if known.empty:
            known = _evaluated(unit, proposals, report)
            table = pd.concat([table, known], ignore_index=True)
            io.write_table(file, table)
        else:
            report(unit.tuning_cost * count / protocol.trials)
        for i, study in enumerate(studies):
            study.tell(known.loc[known["inner"] == i, "f1"].to_list())
        first += count
    return table


def _proposals(unit: Unit, asked: list[list[dict]], first: int) -> pd.DataFrame:
    """One row per proposal: architecture, outer, inner, trial, learning_rate, momentum."""
    return pd.DataFrame(
        [
            {
                "architecture": unit.architecture,
                "outer": unit.outer,
                "inner": i,
                "trial": first + t,
                **drawn,
            }
            for i, proposals in enumerate(asked)
            for t, drawn in enumerate(proposals)
        ]
    )


def _evaluated(unit: Unit, proposals: pd.DataFrame, report) -> pd.DataFrame:
    """The proposals with ``f1`` on the pooled validation frames and the last epoch's ``loss``."""
    folds = [unit.inner[row.inner] for row in proposals.itertuples()]
    tasks = [
        _task(
            unit,
            fold.train,
            unit.protocol.tuning_epochs,
            row.learning_rate,
            row.momentum,
            unit.seed("trial", row.outer, row.inner, row.trial),
        )
        for row, fold in zip(proposals.itertuples(), folds)
    ]
    losses = _fit(unit, tasks, report)
    outputs = ENGINES[unit.engine].predict_many(
        [task.model for task in tasks], unit.clips, [fold.test for fold in folds]
    )
    scores = [_macro_f1(unit.clips, fold.test, output) for fold, output in zip(folds, outputs)]
    return proposals.assign(f1=scores, loss=losses[:, -1])


def _macro_f1(clips: Sequence[Clip], members: Int[np.ndarray, " members"], output) -> float:
    true = np.concatenate([clips[index].labels for index in members])
    return metrics.macro_f1(metrics.confusion(true, np.concatenate(output).argmax(axis=1)))


def best_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """The trial that each child of each architecture chose: highest F1, the first of equals."""
    return trials.loc[trials.groupby(["architecture", "outer", "inner"])["f1"].idxmax()]


# --- the final models -----------------------------------------------------------------------


def final_tasks(unit: Unit, trials: pd.DataFrame) -> dict[str, training.Task]:
    """ "base_1", ... and "averaged" -> the model to train.

    The averaged model takes the mean learning rate and momentum of its parent's children.
    """
    epochs = unit.protocol.epochs(unit.architecture)
    best = best_trials(trials).set_index("inner")[["learning_rate", "momentum"]]
    tasks = {
        f"base_{i + 1}": _task(
            unit, fold.train, epochs, *best.loc[i], unit.seed("base", unit.outer, i)
        )
        for i, fold in enumerate(unit.inner)
    }
    seed = unit.seed("averaged", unit.outer)
    tasks["averaged"] = _task(unit, unit.parent.train, epochs, *best.mean(), seed)
    return tasks


def predictions(unit: Unit, tasks: dict[str, training.Task]) -> pd.DataFrame:
    """Probabilities of base models, their ensemble and the averaged model on the test clips."""
    test = unit.parent.test
    outputs = ENGINES[unit.engine].predict_many(
        [task.model for task in tasks.values()], unit.clips, [test] * len(tasks)
    )
    found = dict(zip(tasks, outputs))
    base = [output for name, output in found.items() if name != "averaged"]
    rule = unit.protocol.vote
    found["ensemble"] = [ensemble.vote(np.stack(votes), rule) for votes in zip(*base)]
    rows = [
        _prediction_rows(unit, name, unit.clips[index], probabilities)
        for name, output in found.items()
        for index, probabilities in zip(test, output)
    ]
    return pd.concat(rows, ignore_index=True)


def _prediction_rows(unit: Unit, model: str, clip: Clip, probabilities) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "architecture": unit.architecture,
            "outer": unit.outer,
            "model": model,
            "clip": clip.name,
            "frame": clip.frames,
            "label": decode(clip.labels),
            **dict(zip(PROBABILITIES, probabilities.T)),
        }
    )


def _loss_table(unit: Unit, tasks, losses: Float[np.ndarray, "tasks epochs"]) -> pd.DataFrame:
    """losses.parquet: architecture, outer, model, epoch (from 0), loss (NaN once diverged)."""
    rows = [
        {
            "architecture": unit.architecture,
            "outer": unit.outer,
            "model": name,
            "epoch": epoch,
            "loss": loss,
        }
        for name, curve in zip(tasks, losses)
        for epoch, loss in enumerate(curve)
    ]
    return pd.DataFrame(rows)


def model_file(unit: Unit, name: str) -> str:
    """File of one trained model: lstm_outer_0_base_1.safetensors."""
    return f"{unit.architecture}_outer_{unit.outer}_{name}.safetensors"


# --- training -------------------------------------------------------------------------------


def _task(unit: Unit, members, epochs: int, learning_rate, momentum, seed: int) -> training.Task:
    model = models.build(unit.protocol.config(unit.architecture), seed)
    config = training.FitConfig(epochs, float(learning_rate), float(momentum))
    return training.Task(model, members, config)


def _fit(unit: Unit, tasks: list[training.Task], report) -> Float[np.ndarray, "tasks epochs"]:
    size = unit.protocol.batch(unit.architecture)
    # One shuffle of clips for all models: see training.shuffled.
    order = unit.seed("order")
    per_epoch = np.mean([unit.epoch_cost(task.members) for task in tasks])
    return ENGINES[unit.engine].fit_many(
        tasks,
        unit.clips,
        seed=order,
        size=size,
        on_epoch_end=lambda count: report(count * per_epoch),
    )
