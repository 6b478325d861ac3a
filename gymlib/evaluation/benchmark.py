"""Every architecture by the same rules, tested on people never filmed before.

One nested cross-validation per architecture, in a folder of its own, so that a new architecture
makes none of the others again. Whole videos are left out, for testing and inside the search too;
all architectures get the same folds, as many trials and as many models, hip-centred bodies in torso
lengths, and answer for a clip and its mirror image.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from gymlib import models
from gymlib.dataset import Clip, Dataset, schemas
from gymlib.evaluation import nested_cv
from gymlib.evaluation.protocol import THESIS, Protocol
from gymlib.features.bodies import comparable_clips, learnable
from gymlib.files.atomic import read_json
from gymlib.files.progress import progress
from gymlib.files.tables import read_table
from gymlib.models import Recipe

FEW = (*(recipe.name for recipe in THESIS.recipes), "gymtcn")
"""Those that a reproduction runs: the thesis's, and ours."""

FOLDS = {"full": (5, 3), "quick": (2, 2)}
"""Outer and inner folds. The ensemble that is tested has one model per inner fold."""
TRIALS = {"full": 4, "quick": 1}
"""Drawn by chance, per inner fold: the recipes are settled, the search is to be fair, not long."""
SHARE = 3
"""A trial trains for a third of the recipe's epochs."""


def rules(recipe: Recipe, videos: int, profile: str = "full", seed: int = 0) -> Protocol:
    """The protocol of one architecture.

    Parameters
    ----------
    videos : of the data set. Where they are too few to leave whole ones out of outer and inner
        folds, the folds are of clips.
    """
    outer, inner = FOLDS[profile]
    recipe = recipe if profile == "full" else recipe.quick()
    enough = videos >= outer and videos - -(-videos // outer) >= inner
    return Protocol(
        (recipe,),
        name=f"{'models' if profile == 'full' else 'models-quick'}-{recipe.name}",
        outer=outer,
        inner=inner,
        groups="video" if enough else "clip",
        trials=TRIALS[profile],
        startup=TRIALS[profile],
        tuning_epochs=-(-recipe.epochs // SHARE),
        mirrored=True,
        seed=seed,
    )


def run(
    data: Dataset, names: Iterable[str], profile: str = "full", *, cluster: str | None = None
) -> None:
    """Train and test architectures by their names; what is done already stays.

    Parameters
    ----------
    cluster : see :func:`gymlib.evaluation.nested_cv.run`.

    Raises ValueError for a name that is unknown, before anything runs.
    """
    clips, recipes = comparable_clips(data), [models.recipe(name) for name in names]
    for recipe in progress(recipes, desc=f"architectures, {data.name}", unit="architecture"):
        run_one(data, clips, recipe, profile, cluster)


def run_one(
    data: Dataset, clips: Sequence[Clip], recipe: Recipe, profile: str, cluster: str | None
) -> None:
    """Train and test one architecture on ``clips``, those of ``data`` as it is to see them."""
    own = rules(recipe, len({clip.video for clip in clips}), profile)
    seen = learnable(clips, own.recipes[0].gaps)
    nested_cv.run(seen, own, data.results(own.name), cluster=cluster)


def finished(data: Dataset, profile: str = "full") -> list[str]:
    """Names of the known architectures whose results are there, in the order of the registry."""
    return [name for name in models.names() if record(data, name, profile).is_file()]


def read(data: Dataset, names: Iterable[str], profile: str = "full") -> dict[str, pd.DataFrame]:
    """Name -> its predictions. Raises MissingFileError for one that was not run."""
    files = {name: record(data, name, profile).parent / "predictions.parquet" for name in names}
    return {name: read_table(file, schemas.PREDICTIONS) for name, file in files.items()}


def seconds(data: Dataset, names: Iterable[str], profile: str = "full") -> dict[str, float]:
    """Name -> seconds of one core that its search and training took."""
    records = {name: read_json(record(data, name, profile)) for name in names}
    return {name: sum(record["seconds"].values()) for name, record in records.items()}


def record(data: Dataset, name: str, profile: str = "full") -> Path:
    """The file that is written last when an architecture is done."""
    return record_of(data, models.recipe(name), profile)


def record_of(data: Dataset, recipe: Recipe, profile: str = "full") -> Path:
    """:func:`record` of an architecture that need not be registered."""
    return data.results(rules(recipe, 0, profile).name) / "protocol.json"
