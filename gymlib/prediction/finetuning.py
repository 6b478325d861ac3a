"""The weights of the package go on learning from real clips.

Every model that generated clips have taught (:mod:`pretrained`), two of them in the quick profile,
is trained on with real clips and as many generated ones, so that it does not forget what real clips
are too few to show. :func:`run` leaves whole videos out and says what that is worth; :func:`taught`
learns from all clips, to label other films.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int
from torch import nn

from gymlib import models, training
from gymlib.dataset import Clip, Dataset, schemas
from gymlib.evaluation import benchmark, splits
from gymlib.evaluation.splits import Fold
from gymlib.features.bodies import comparable_clips, learnable
from gymlib.files import lock, provenance
from gymlib.files.cache import Step
from gymlib.files.code import class_hash
from gymlib.files.tables import read_table, write_table
from gymlib.models import Recipe
from gymlib.prediction import comparison, ensemble, pretrained
from gymlib.prediction.answers import Ensemble

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
    shipped, generated, step = _shipped([data], folder / "finetuned.json", [file], profile)
    with lock.hold(folder, "training"):
        if not step.is_done():
            with step.making():
                found = _tested(shipped, generated, data, profile)
                write_table(file, found, schemas.PREDICTIONS)
    return read_table(file, schemas.PREDICTIONS)


def taught(sources: Sequence[Dataset], profile: str = "full") -> Ensemble:
    """The weights of the package after they have learnt from all labelled clips of data sets.

    They keep the decoder of the package: a few clips say little about how long segments last.
    Trained now if that has not been done yet, and kept beside the first data set until data,
    settings or code change.

    Raises MissingFileError if labels or keypoints are not there, ValueError if no clip has both,
    lock.BusyError while another run trains the same.
    """
    name = "+".join([pretrained.NAME, *(source.name for source in sources)])
    place = ensemble.folder(sources[0])
    files = [place / f"{name}_{k}.safetensors" for k in range(len(_models(profile)))]
    shipped, generated, step = _shipped(sources, place / f"{name}.json", files, profile)
    ensemble.check_inputs(step)
    with lock.hold(place, f"training-{name}"):
        if not step.is_done():
            real = [clip for source in sources for clip in _clips(source, shipped)]
            if not real:
                raise ValueError(f"{name}: no frame has both a pose and a label; label some clips")
            everything, recipe = [Fold(np.arange(len(real)), np.array([], int))], _recipe(shipped)
            recipe = recipe if profile == "full" else recipe.quick()
            with step.making({"provenance": provenance.record(step.inputs)}):
                (trained,) = _train(shipped, _clips(generated, shipped), real, everything, recipe)
                for model, file in zip(trained, files):
                    models.save(model, file)
    return Ensemble([models.load(file) for file in files], pretrained.load().decoder)


def _models(profile: str) -> Sequence[nn.Module]:
    return pretrained.load().models[: MODELS[profile]]


def _shipped(sources: Sequence[Dataset], record: Path, outputs: list[Path], profile: str):
    """The models that go on learning, the generated clips beside, the step that teaches them."""
    generated, shipped = comparison.generated(CLIPS[profile], sources[0]), _models(profile)
    recipe = _recipe(shipped)
    read = [data.folder / table for data in (generated, *sources) for table in ensemble.TABLES]
    settings = {"recipe": recipe.to_dict(), "profile": profile}
    settings["source"] = class_hash(recipe.module)
    inputs = [*read, *pretrained.FOLDER.iterdir()]
    return shipped, generated, Step(record, inputs, settings, (__name__,), outputs)


def _recipe(shipped: Sequence[nn.Module]) -> Recipe:
    return models.recipe(models.architecture(shipped[0]))


def _clips(data: Dataset, shipped: Sequence[nn.Module]) -> list[Clip]:
    return learnable(comparable_clips(data), _recipe(shipped).gaps)


def _tested(shipped, generated: Dataset, data: Dataset, profile: str) -> pd.DataFrame:
    simulated, real = (_clips(own, shipped) for own in (generated, data))
    videos = len({clip.video for clip in real})
    rules = benchmark.rules(_recipe(shipped), videos, profile)
    outer, _ = splits.nested(real, outer=rules.outer, inner=rules.inner, by=rules.groups)
    trained = _train(shipped, simulated, real, outer, rules.recipes[0])
    tables = [
        ensemble.predict(of_fold, [real[index] for index in fold.test]).assign(outer=number)
        for number, (of_fold, fold) in enumerate(zip(trained, outer))
    ]
    return pd.concat(tables, ignore_index=True)


def _train(
    shipped: Sequence[nn.Module],
    simulated: list[Clip],
    real: list[Clip],
    folds: Sequence[Fold],
    recipe: Recipe,
) -> list[list[nn.Module]]:
    """For every fold copies of the models that have learnt from its training clips."""
    pool, mixed = mix(simulated, real, folds)
    fit = training.FitConfig.of(recipe, max(1, recipe.epochs // SHARE))
    fit = replace(fit, learning_rate=fit.learning_rate / SHARE)
    trained = [[copy.deepcopy(model) for model in shipped] for _ in folds]
    tasks = [
        training.Task.of(recipe, model, members, fit, seed)
        for of_fold, members in zip(trained, mixed)
        for seed, model in enumerate(of_fold)
    ]
    training.fit_many(tasks, pool, engine=None, n_jobs=None)
    return trained


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
