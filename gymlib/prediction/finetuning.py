"""The weights of the package go on learning from real clips, with whole videos of these left out.

Every model that generated clips have taught (:mod:`pretrained`), two of them in the quick profile,
is trained on, for each outer fold, with the fold's clips and as many generated ones, so that it
does not forget what real clips are too few to show.
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
from gymlib.prediction import comparison, ensemble, pretrained

SHARE = 2
"""Half of the recipe's epochs and of its learning rate: it has learnt the movement before."""
CLIPS = {"full": 400, "quick": 20}
"""Generated ones, of which each fold draws as many as it has real ones."""
MODELS = {"full": None, "quick": 2}
"""How many of the package's go on learning; None is all."""


def run(data: Dataset, profile: str = "full") -> pd.DataFrame:
    """What the models say of every clip of ``data`` after they have learnt from other videos.

    Folds are those of :mod:`gymlib.evaluation.benchmark`. Kept until data, weights, settings or
    code change.

    Returns the columns of ``schemas.PREDICTIONS``; its models are base_1, ... and ensemble.
    """
    folder = data.results("finetuned" if profile == "full" else "finetuned-quick")
    file = folder / "predictions.parquet"
    generated = comparison.generated(CLIPS[profile], data)
    taught = pretrained.load().models[: MODELS[profile]]
    recipe = models.recipe(models.architecture(taught[0]))
    read = [other.folder / table for other in (generated, data) for table in ensemble.TABLES]
    step = Step(
        folder / "finetuned.json",
        [*read, *pretrained.FOLDER.iterdir()],
        {"recipe": recipe.to_dict(), "profile": profile, "source": class_hash(recipe.module)},
        (__name__,),
        [file],
    )
    with lock.hold(folder, "training"):
        if not step.is_done():
            with step.making():
                found = _train(taught, generated, data, recipe, profile)
                write_table(file, found, schemas.PREDICTIONS)
    return read_table(file, schemas.PREDICTIONS)


def _train(taught, generated: Dataset, data: Dataset, recipe, profile: str) -> pd.DataFrame:
    simulated, real = (learnable(comparable_clips(own), recipe.gaps) for own in (generated, data))
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
