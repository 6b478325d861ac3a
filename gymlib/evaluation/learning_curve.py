"""How scores grow with the number of clips to train on.

In every outer fold the averaged model is trained again, with its settings, initial weights and
number of epochs, on an eighth, a quarter and half of the fold's training clips, each part inside
the next larger one. All of them give the averaged model itself, whose answers are there already.
An epoch of fewer clips has fewer steps: the curve is that of the recipe as it is.

``run`` writes learning_curve.csv into the protocol's folder: a row per class of every test clip, in
the order of the classes, with columns architecture, outer, share (of the training clips), trained
(their number), clip, label (the true class), and how many of its frames were given each answer:
idle, take-off, skill, landing. What each fold gave stays in .learning_curve/, so that an
interrupted run goes on.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib import training
from gymlib.dataset import schemas
from gymlib.dataset.clip import Clip
from gymlib.evaluation import inner_search, metrics, nested_cv, results
from gymlib.evaluation.outer_fold import OuterFold, plan
from gymlib.evaluation.protocol import Protocol
from gymlib.files import lock, processes
from gymlib.files.atomic import existing, read_json
from gymlib.files.cache import Step
from gymlib.files.progress import BAR, progress
from gymlib.files.tables import read_table, write_table
from gymlib.labels import CLASSES, encode

SHARES = (1 / 8, 1 / 4, 1 / 2)
"""Parts of an outer fold's training clips; the whole comes on top."""
FILE = "learning_curve.csv"
PARTS = ".learning_curve"
PURPOSE = 5
"""Sets this use of chance apart from those that :meth:`Protocol.derive_seed` knows."""


@dataclass(frozen=True)
class Unit:
    """The smaller models of one architecture in one outer fold: what one process does."""

    part: OuterFold
    drawn: dict[str, float]  # settings of the averaged model
    step: Step  # of its counts.parquet

    @property
    def cost(self) -> float:
        """Work in rough seconds on one core."""
        whole = self.part.recipe.epochs * self.part.epoch_cost(self.part.fold.train)
        return sum(SHARES) * whole


def run(
    clips: Sequence[Clip], protocol: Protocol, folder: Path, *, n_jobs: int | None = None
) -> Path:
    """Train and test the smaller models of a finished protocol; returns the file that it writes.

    A finished curve of the same results and code is kept as it is, an interrupted one goes on. The
    work is done on this machine, also where the protocol itself ran on a cluster.

    Parameters
    ----------
    folder : where :func:`nested_cv.run` wrote the results of this protocol and these clips; the
        engine is the one that was used there.
    n_jobs : processes; None takes as many as the work is worth, one per core.

    Raises
    ------
    MissingFileError if the protocol was not run, ValueError if its results belong to other clips
    or folds; lock.BusyError if another run works on the same curve.
    """
    folder = Path(folder)
    inputs = [_made_before(folder / name) for name in ("trials.csv", "predictions.parquet")]
    engine = read_json(_made_before(folder / "protocol.json"))["engine"]
    data = nested_cv.data_hash(clips)
    parts = plan(clips, protocol, folder / nested_cv.PARTS, data, engine)
    units = _units(parts, read_table(inputs[0]), folder / PARTS)
    whole = Step(
        folder / "learning_curve.json",
        inputs,
        {"units": [unit.step.record.parent.name for unit in units]},
        (__name__,),
        [folder / FILE],
    )
    if not whole.is_done():
        with lock.hold(folder, "learning-curve"), whole.making():
            predictions = read_table(inputs[1], schemas.PREDICTIONS)
            known = [_averaged(part, predictions) for part in parts]
            _train(units, n_jobs)
            found = [pd.read_parquet(unit.step.outputs[0]) for unit in units]
            table = pd.concat(found + known, ignore_index=True)
            table = table.sort_values(["architecture", "share", "outer"], kind="stable")
            write_table(folder / FILE, table)
            _tidy(folder / PARTS, units)
    return folder / FILE


def _made_before(file: Path) -> Path:
    return existing(file, "A learning curve starts from a finished protocol: run notebook 06.")


def subset(
    members: Int[np.ndarray, " members"], share: float, protocol: Protocol, outer: int
) -> Int[np.ndarray, " subset"]:
    """A part of an outer fold's training clips, in their order; at least one of them.

    The parts of a fold begin the same shuffle, so a smaller one lies inside each larger one.
    """
    order = np.random.default_rng((protocol.seed, PURPOSE, outer)).permutation(members)
    return np.sort(order[: max(1, round(share * len(members)))])


# --- training -------------------------------------------------------------------------------


def _units(parts: list[OuterFold], trials: pd.DataFrame, folder: Path) -> list[Unit]:
    """The work of every part; its step has a name that says for which data and settings."""
    best = inner_search.best_trials(trials).groupby(["architecture", "outer"])
    units = []
    for part in parts:
        space = part.recipe.space
        try:
            mean = best.get_group((part.recipe.name, part.outer))[list(space)].mean()
        except KeyError:
            raise ValueError(
                f"trials.csv lacks {part.recipe.name} in outer fold {part.outer}; run notebook 06 "
                "again"
            ) from None
        drawn = inner_search.drawn(mean, space)
        settings = {"fold": part.folder.name, "drawn": drawn, "shares": SHARES}
        name = Step(Path(), settings=settings, code=(__name__,)).key()
        place = folder / f"{part.recipe.name}-{part.outer}-{name}"
        step = Step(place / "done.json", (), settings, (__name__,), [place / "counts.parquet"])
        units.append(Unit(part, drawn, step))
    return units


def _train(units: list[Unit], n_jobs: int | None) -> None:
    """Do the units that are not done, side by side."""
    waiting = [unit for unit in units if not unit.step.is_done()]
    n_jobs = n_jobs or training.processes_for(sum(unit.cost for unit in waiting))
    n_jobs = min(n_jobs, max(len(waiting), 1))
    costs = [unit.cost for unit in units]
    done = sum(costs) - sum(unit.cost for unit in waiting)
    jobs = [(unit,) for unit in waiting]
    about = {"desc": "learning curve", "bar_format": BAR, "total": sum(costs), "initial": done}
    with progress(**about) as bar:
        for cost in processes.side_by_side(_work, jobs, n_jobs, max_nbytes=None):
            bar.n = min(bar.n + cost, bar.total)  # a sum may end a rounding error beyond it
            bar.refresh()


def _work(unit: Unit) -> float:
    """Do one unit; returns its cost."""
    with unit.step.making():
        write_table(unit.step.outputs[0], _trained(unit.part, unit.drawn, SHARES))
    return unit.cost


def _trained(part: OuterFold, drawn: dict[str, float], shares: Sequence[float]) -> pd.DataFrame:
    """Train on each share of the training clips and count answers on the test clips."""
    train, test = part.fold.train, part.fold.test
    subsets = [subset(train, share, part.protocol, part.outer) for share in shares]
    seed = part.seed("averaged", part.outer)
    tasks = [part.task(own, part.recipe.epochs, drawn, seed) for own in subsets]
    part.fit(tasks, report=lambda seconds: None)
    outputs = part.predict(tasks, [test] * len(tasks))
    return pd.concat(
        [
            _rows(part, share, len(own), clip.name, clip.labels, probabilities.argmax(axis=1))
            for share, own, output in zip(shares, subsets, outputs)
            for clip, probabilities in zip((part.clips[index] for index in test), output)
        ],
        ignore_index=True,
    )


# --- counting -------------------------------------------------------------------------------


def _averaged(part: OuterFold, predictions: pd.DataFrame) -> pd.DataFrame:
    """The same counts of the averaged model, from what it said in the protocol's run."""
    rows = predictions[
        predictions["architecture"].eq(part.recipe.name)
        & predictions["model"].eq("averaged")
        & predictions["outer"].eq(part.outer)
    ]
    expected = {part.clips[index].name for index in part.fold.test}
    if differing := expected ^ set(rows["clip"]):
        raise ValueError(
            f"predictions.parquet: {part.recipe.name} averaged of outer fold {part.outer} was "
            f"expected to be tested on {len(expected)} clips, found others, or fewer: they differ "
            f"in {min(differing)}; run notebook 06 again"
        )
    own = rows.assign(said=results.predicted(rows), true=encode(rows["label"]))
    trained = len(part.fold.train)
    return pd.concat(
        [
            _rows(part, 1.0, trained, name, clip["true"].to_numpy(), clip["said"].to_numpy())
            for name, clip in own.groupby("clip", sort=False)
        ],
        ignore_index=True,
    )


def _rows(part: OuterFold, share: float, trained: int, clip: str, true, said) -> pd.DataFrame:
    place = {"architecture": part.recipe.name, "outer": part.outer}
    place |= {"share": share, "trained": trained, "clip": clip, "label": list(CLASSES)}
    return pd.DataFrame(place | dict(zip(CLASSES, metrics.confusion(true, said).T)))


def _tidy(folder: Path, units: list[Unit]) -> None:
    """Remove what other data, settings or code gave."""
    kept = {unit.step.record.parent for unit in units}
    for other in folder.glob("*"):
        if other not in kept:
            shutil.rmtree(other, ignore_errors=True)
