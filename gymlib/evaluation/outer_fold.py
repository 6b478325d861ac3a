"""One architecture in one outer fold: what one process does, and what needs nothing of the others.

All inner folds search side by side, then base models and averaged model train. Each round of the
search is kept as soon as it is done.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from gymlib import models, training
from gymlib.dataset.clip import Clip
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import inner_search, splits, vote
from gymlib.evaluation.protocol import Protocol
from gymlib.evaluation.splits import Fold
from gymlib.files.cache import Step
from gymlib.files.code import class_hash
from gymlib.files.tables import write_table
from gymlib.labels import decode
from gymlib.models import Recipe
from gymlib.training import fast

Report = Callable[[float], None]
"""Told how many of the estimated seconds of work are done."""
DONE = "done.json"
"""The file of a fold that is written last; notes its key and its seconds."""


@dataclass(frozen=True)
class OuterFold:
    """Everything that one process needs to know."""

    recipe: Recipe
    outer: int  # number of the fold
    clips: Sequence[Clip]
    fold: Fold  # its test set, and what is left to train on
    inner: Sequence[Fold]  # of its training set
    protocol: Protocol
    engine: str
    step: Step  # which is done when all of its files are there

    @property
    def folder(self) -> Path:
        """Of its files."""
        return self.step.record.parent

    def moved(self, folder: Path) -> "OuterFold":
        """The same with its files elsewhere."""
        outputs = [folder / file.relative_to(self.folder) for file in self.step.outputs]
        return replace(self, step=replace(self.step, record=folder / DONE, outputs=outputs))

    @property
    def cost(self) -> float:
        """Work in rough seconds on one core, for progress bars."""
        final = sum(self.epoch_cost(fold.train) for fold in (*self.inner, self.fold))
        return self.search_cost + self.recipe.epochs * final

    @property
    def search_cost(self) -> float:
        """The part of :attr:`cost` that the search takes."""
        one = sum(self.epoch_cost(fold.train) for fold in self.inner)
        return one * self.protocol.trials * self.protocol.tuning_epochs

    def epoch_cost(self, members: Int[np.ndarray, " members"]) -> float:
        """The part of :attr:`cost` that one model's pass over these clips takes."""
        # No model is built for it: the thread of the progress bar asks, and building one draws
        # from torch's random numbers, which belong to the training beside it.
        if self.engine == "compiled":
            own = next(n for n in fast.NETWORKS if n.MODULE is self.recipe.module)
            return own.SECONDS * sum(len(self.clips[index]) for index in members)
        return training.seconds(members, self.clips, self.recipe.batch)

    def seed(self, purpose: str, *numbers: int) -> int:
        """A seed for one use of chance in this architecture."""
        return self.protocol.derive_seed(purpose, self.recipe.seed, *numbers)

    def task(
        self, members: Int[np.ndarray, " members"], epochs: int, drawn: dict, seed: int
    ) -> training.Task:
        """A model with the parameters ``drawn`` from the recipe's space, and how it is trained."""
        names = [name for name in ("learning_rate", "momentum") if name in drawn]
        fitted = {name: float(drawn[name]) for name in names}
        built = {name: drawn[name] for name in drawn if name not in names}
        config = training.FitConfig.of(self.recipe, epochs, **fitted)
        # One shuffle for all models: see training.shuffled.
        order = self.seed("order")
        return training.Task.of(
            self.recipe, self.recipe.build(seed, **built), members, config, order
        )

    def fit(self, tasks: list[training.Task], report: Report) -> list[Float[np.ndarray, " epochs"]]:
        """Train the models of all tasks; their losses."""
        per_epoch = np.mean([self.epoch_cost(task.members) for task in tasks])
        return training.fit_many(
            tasks,
            self.clips,
            engine=self.engine,
            on_epoch_end=lambda count: report(count * per_epoch),
        )

    def predict(self, tasks: list[training.Task], members) -> list[list[np.ndarray]]:
        """Of every task's model the probabilities of its list of clips."""
        trained = [task.model for task in tasks]
        return training.predict_many(
            trained, self.clips, members, engine=self.engine, mirrored=self.protocol.mirrored
        )


def step(recipe: Recipe, outer: int, protocol: Protocol, data: str, engine: str, folder: Path):
    """The :class:`~gymlib.files.cache.Step` of a fold; its files lie in a folder below ``folder``.

    Parameters
    ----------
    data : hash of the clips.
    """
    rules = protocol.to_dict() | {"recipes": None}
    settings = {"protocol": rules, "recipe": recipe.to_dict(), "outer": outer}
    settings |= {"data": data, "engine": engine, "source": class_hash(recipe.module)}
    code = ("gymlib.evaluation.outer_fold",)
    found = Step(Path(DONE), settings=settings, code=code)
    place = folder / f"{recipe.name}-{outer}-{found.key()}"
    names = [*(f"base_{i + 1}" for i in range(protocol.inner)), "averaged"]
    outputs = [place / file for file in ("trials.parquet", "losses.parquet", "predictions.parquet")]
    outputs += [place / "models" / model_file(recipe.name, outer, name) for name in names]
    return Step(place / DONE, settings=settings, code=code, outputs=outputs)


def run(part: OuterFold, report: Report = lambda seconds: None) -> None:
    """Do what is still missing; files appear whole or not at all, the note that it is done last.

    Parameters
    ----------
    report : told how much of the :attr:`OuterFold.cost` has been worked off.
    """
    start = time.monotonic()
    about: dict = {}
    with part.step.making(about):
        trials = inner_search.search(part, report)
        tasks = final_tasks(part, trials)
        losses = part.fit(list(tasks.values()), report)
        for name, task in tasks.items():
            file = part.folder / "models" / model_file(part.recipe.name, part.outer, name)
            models.save(task.model, file, part.recipe.name)
        write_table(part.folder / "losses.parquet", _loss_table(part, tasks, losses))
        write_table(part.folder / "predictions.parquet", predictions(part, tasks))
        about["seconds"] = time.monotonic() - start


def final_tasks(part: OuterFold, trials: pd.DataFrame) -> dict[str, training.Task]:
    """ "base_1", ... and "averaged" -> the model to train.

    The averaged model takes the mean of what the inner folds chose, whole numbers rounded.
    """
    epochs, space = part.recipe.epochs, part.recipe.space
    best = inner_search.best_trials(trials).set_index("inner")[list(space)]
    tasks = {
        f"base_{i + 1}": part.task(
            fold.train,
            epochs,
            inner_search.drawn(best.loc[i], space),
            part.seed("base", part.outer, i),
        )
        for i, fold in enumerate(part.inner)
    }
    mean = inner_search.drawn(best.mean(), space)
    seed = part.seed("averaged", part.outer)
    tasks["averaged"] = part.task(part.fold.train, epochs, mean, seed)
    return tasks


def predictions(part: OuterFold, tasks: dict[str, training.Task]) -> pd.DataFrame:
    """Probabilities of base models, their ensemble and the averaged model on the test clips."""
    test = part.fold.test
    found = dict(zip(tasks, part.predict(list(tasks.values()), [test] * len(tasks))))
    base = [output for name, output in found.items() if name != "averaged"]
    rule = part.protocol.vote
    found["ensemble"] = [vote.vote(np.stack(votes), rule) for votes in zip(*base)]
    rows = [
        _prediction_rows(part, name, part.clips[index], probabilities)
        for name, output in found.items()
        for index, probabilities in zip(test, output)
    ]
    return pd.concat(rows, ignore_index=True)


def _prediction_rows(part: OuterFold, model: str, clip: Clip, probabilities) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "architecture": part.recipe.name,
            "outer": part.outer,
            "model": model,
            "clip": clip.name,
            "frame": clip.frames,
            "label": decode(clip.labels),
            **dict(zip(PROBABILITIES, probabilities.T)),
        }
    )


def _loss_table(part: OuterFold, tasks, losses) -> pd.DataFrame:
    """losses.parquet: architecture, outer, model, epoch (from 0), loss (NaN once diverged)."""
    place = {"architecture": part.recipe.name, "outer": part.outer}
    rows = [
        place | {"model": name, "epoch": epoch, "loss": loss}
        for name, curve in zip(tasks, losses)
        for epoch, loss in enumerate(curve)
    ]
    return pd.DataFrame(rows)


def model_file(architecture: str, outer: int, name: str) -> str:
    """File of one trained model: lstm_outer_0_base_1.safetensors."""
    return f"{architecture}_outer_{outer}_{name}.safetensors"


def plan(
    clips: Sequence[Clip], protocol: Protocol, folder: Path, data: str, engine: str
) -> list[OuterFold]:
    """One part per architecture and outer fold, the longest architecture first.

    The division does not depend on the number of processes, so neither do the results.

    Parameters
    ----------
    data : hash of the clips. engine : "compiled" trains in torch what is not compiled.
    """
    outer, inner = splits.nested(
        clips, outer=protocol.outer, inner=protocol.inner, by=protocol.groups, seed=protocol.seed
    )
    parts = []
    for recipe in protocol.recipes:
        own = _engine(recipe, engine)
        for number, (fold, below) in enumerate(zip(outer, inner)):
            made = step(recipe, number, protocol, data, own, folder)
            parts.append(OuterFold(recipe, number, clips, fold, below, protocol, own, made))
    longest = {part.recipe.name: -part.cost for part in parts if part.outer == 0}
    return sorted(parts, key=lambda part: longest[part.recipe.name])


def _engine(recipe: Recipe, engine: str) -> str:
    config = training.FitConfig.of(recipe, 1)
    task = training.Task.of(recipe, recipe.build(0), np.arange(1), config)
    return "torch" if engine == "compiled" and fast.refusal([task]) else engine
