"""Speed and memory of the slow parts, measured in one run: ``make bench``."""

import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import joblib
import nbformat
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from gymlib import models, pose, training
from gymlib.dataset.clip import Clip
from gymlib.files import paths
from gymlib.files.progress import progress
from gymlib.files.tables import write_table
from gymlib.models import Recipe
from gymlib.simulation import generate
from gymlib.training import fast

CLIPS = 24
MODELS = (1, 20, 100, 300)  # trained in one call
GROWTH = (1, 2, 4)  # times CLIPS
EPOCHS = 5  # the protocol trains longer, so its share of set-up is smaller
REPEATS = 5  # the median of them counts


def run() -> pd.DataFrame:
    """Measure everything, write report/bench.csv and return it: what, value, unit."""
    parts = {
        "simulation": _simulation_and_pose,
        **{recipe.name: partial(_training, recipe) for recipe in _compiled()},
        "latency": _latency,
        "notebooks": _notebooks,
    }
    rows = []
    with threadpool_limits(1):  # everything per core
        for name in (bar := progress(list(parts), unit="part")):
            bar.set_description(f"measuring {name}")
            rows += parts[name]()
    # ru_maxrss is in kilobytes on Linux, in bytes on macOS.
    scale = 2**20 if sys.platform == "linux" else 2**30
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    rows.append(("memory of this process, at most", memory, "GiB"))
    rows.append(("processor cores", joblib.cpu_count(), platform.machine()))
    table = pd.DataFrame(rows, columns=["what", "value", "unit"])
    write_table(paths.home() / "report" / "bench.csv", table)
    return table


def _simulation_and_pose() -> Iterator[tuple]:
    """One clip rendered, then looked at by BlazePose, in one process."""
    planned = generate.plan(seed=0, size="full")[0]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        generate.make_clip(Path(folder), planned)
        rendered = time.perf_counter()
        film = next(Path(folder).rglob("*.mp4"))
        frames = len(pose.extract_clip(film).detected)
        yield "rendering, one process", frames / (rendered - start), "frames/s"
        yield "pose extraction, one process", frames / (time.perf_counter() - rendered), "frames/s"


def _clips(number: int = CLIPS, seed: int = 0) -> list[Clip]:
    """Random keypoints in clips as long as real ones (median 78, 26 to 335 frames)."""
    rng = np.random.default_rng(seed)
    lengths = np.clip(rng.lognormal(np.log(78), 0.55, number).astype(int), 26, 335)
    return [
        Clip(
            f"clip{i}",
            "video",
            np.arange(n),
            rng.random((n, 33, 2), np.float32),
            rng.integers(0, 4, n).astype(np.int8),
        )
        for i, n in enumerate(lengths)
    ]


def _compiled() -> list[Recipe]:
    """The architectures that are compiled, those of whole clips first."""
    found = [models.recipe(name) for name in models.names()]
    found = [recipe for recipe in found if fast.network(recipe.build(0))]
    return sorted(found, key=lambda recipe: recipe.batch is not None)


def _tasks(recipe: Recipe, clips, number: int) -> list[training.Task]:
    setup = np.arange(len(clips)), training.FitConfig(EPOCHS, learning_rate=0.02, momentum=0.5)
    return [training.Task(recipe.build(seed), *setup, recipe.batch) for seed in range(number)]


def _training(recipe: Recipe) -> Iterator[tuple]:
    """Milliseconds per model and step of the plain and the compiled loop, their ratio, and how
    the compiled one's time grows with models and with clips. Copying data and weights counts."""
    clips, name, size = _clips(), recipe.name, recipe.batch

    def each(fit_many, clips, number) -> float:
        """Milliseconds per model and step."""
        frames = sum(map(len, clips))
        steps = len(clips) if size is None else -(-frames // size)

        def once():
            tasks = _tasks(recipe, clips, number)
            return _seconds(lambda: fit_many(tasks, clips))

        return 1000 * statistics.median(once() for _ in range(REPEATS)) / (number * EPOCHS * steps)

    first = _seconds(lambda: each(fast.fit_many, clips[:1], 1))
    yield f"{name}: compilation", first, "s, once per process"
    loop = each(training.fit_many, clips, 1)
    yield f"{name}: PyTorch loop", loop, "ms per model and step"
    for number in MODELS:
        time_each = each(fast.fit_many, clips, number)
        yield f"{name}: compiled, {number} models", time_each, "ms per model and step"
        yield f"{name}: compiled, {number} models", loop / time_each, "times as fast as the loop"
    for times in GROWTH:
        more = _clips(times * CLIPS)
        time_each = each(fast.fit_many, more, 20)
        yield f"{name}: compiled, {len(more)} clips", time_each, "ms per model and step"


def _seconds(work: Callable) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _latency() -> Iterator[tuple]:
    """Time to classify one clip of median length, per frame."""
    keypoints = np.random.default_rng(0).random((78, 33, 2), np.float32)
    for recipe in map(models.recipe, models.names()):
        model = recipe.build(0)
        training.predict(model, keypoints)
        start = time.perf_counter()
        for _ in range(20):
            training.predict(model, keypoints)
        each = 1000 * (time.perf_counter() - start) / (20 * len(keypoints))
        yield f"{recipe.name}: prediction", each, "ms per frame"


def _notebooks() -> Iterator[tuple]:
    """How long each notebook took when it ran last, from the executed copies in report/."""
    for copy in sorted((paths.home() / "report").glob("*/[0-9]*.ipynb")):
        notebook = nbformat.read(copy, as_version=4)
        duration = notebook.metadata.get("papermill", {}).get("duration")
        if duration is not None:
            yield f"notebook {copy.stem}, {copy.parent.name}", duration, "s"
