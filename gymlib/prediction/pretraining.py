"""Simulated clips first, then real ones, with whole videos of these left out.

Every model of an ensemble that the simulated clips have taught (:mod:`ensemble`) is trained on, for
each outer fold, with the fold's real clips and as many generated ones, so that it does not forget
what real clips are too few to show.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib import models, training
from gymlib.dataset import Clip, Dataset, schemas
from gymlib.evaluation import benchmark, splits
from gymlib.evaluation.splits import Fold
from gymlib.features.bodies import comparable_clips, learnable
from gymlib.files import lock
from gymlib.files.cache import Step
from gymlib.files.code import class_hash
from gymlib.files.tables import read_table, write_table
from gymlib.prediction import comparison, ensemble

SHARE = 2
"""Half of the recipe's epochs and of its learning rate: it has learnt the movement before."""


def run(source: Dataset, data: Dataset, name: str, profile: str = "full") -> pd.DataFrame:
    """What the ensembles of one architecture say of every clip of ``data``.

    Folds are those of :mod:`gymlib.evaluation.benchmark`. Kept until data, settings or code change.

    Returns the columns of ``schemas.PREDICTIONS``; its models are base_1, ... and ensemble.
    """
    folder = data.results(f"{'pretrained' if profile == 'full' else 'pretrained-quick'}-{name}")
    file = folder / "predictions.parquet"
    recipe = models.recipe(name)
    step = Step(
        folder / "pretrained.json",
        [other.folder / table for other in (source, data) for table in ensemble.TABLES],
        {"recipe": recipe.to_dict(), "profile": profile, "source": class_hash(recipe.module)},
        (__name__,),
        [file],
    )
    with lock.hold(folder, "training"):
        if not step.is_done():
            with step.making():
                write_table(file, _train(source, data, name, profile), schemas.PREDICTIONS)
    return read_table(file, schemas.PREDICTIONS)


def _train(source: Dataset, data: Dataset, name: str, profile: str) -> pd.DataFrame:
    taught = ensemble.trained_on(source, comparison.config(name, profile))
    recipe = models.recipe(name)
    simulated, real = (learnable(comparable_clips(own), recipe.gaps) for own in (source, data))
    rules = benchmark.rules(recipe, len({clip.video for clip in real}), profile)
    outer, _ = splits.nested(real, outer=rules.outer, inner=rules.inner, by=rules.groups)
    recipe, (pool, mixed) = rules.recipes[0], mix(simulated, real, outer)
    fit = training.FitConfig.of(recipe, max(1, recipe.epochs // SHARE))
    fit = replace(fit, learning_rate=fit.learning_rate / SHARE)
    trained = [[copy.deepcopy(model) for model in taught] for _ in outer]
    tasks = [
        training.Task.of(recipe, model, members, fit, seed)
        for of_fold, members in zip(trained, mixed)
        for seed, model in enumerate(of_fold)
    ]
    training.fit_many(tasks, pool, engine=None, n_jobs=None)
    tables = [
        ensemble.predict(of_fold, [real[index] for index in fold.test]).assign(outer=number)
        for number, (of_fold, fold) in enumerate(zip(trained, outer))
    ]
    return pd.concat(tables, ignore_index=True)


def mix(
    simulated: Sequence[Clip], real: Sequence[Clip], folds: Sequence[Fold]
) -> tuple[list[Clip], list[Int[np.ndarray, " members"]]]:
    """All clips, and for every fold the numbers of those to train on.

    That is the fold's training clips and as many generated ones, or all of them if there are fewer,
    drawn anew for each fold.
    """
    pool, mixed = [*simulated, *real], []
    for number, fold in enumerate(folds):
        rng = np.random.default_rng((number, len(simulated)))
        count = min(len(fold.train), len(simulated))
        drawn = np.sort(rng.choice(len(simulated), count, replace=False))
        mixed.append(np.concatenate([drawn, fold.train + len(simulated)]))
    return pool, mixed
