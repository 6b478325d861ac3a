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

from gymlib import models, pose, training, video
from gymlib.dataset.clip import Clip
from gymlib.files import paths
from gymlib.files.progress import progress
from gymlib.files.tables import write_table
from gymlib.models import Recipe
from gymlib.pose import attempts
from gymlib.pose.detector import Detector
from gymlib.pose.survey import stride
from gymlib.prediction import pages, pretrained, videos
from gymlib.prediction.open import FILMS, film_dataset
from gymlib.simulation import generate
from gymlib.training import fast

CLIPS = 24
MODELS = (1, 20, 100, 300)  # trained in one call
MORE = (CLIPS, 2 * CLIPS, 4 * CLIPS)
EPOCHS = 5  # the protocol trains longer, so its share of set-up is smaller
REPEATS = 5  # the median of them counts


def run(home: Path) -> pd.DataFrame:
    """Measure everything, write build/bench.csv and return it: what, value, unit."""
    parts = {
        "simulation": _simulation_and_pose,
        **{recipe.name: partial(_training, recipe) for recipe in _compiled()},
        "latency": _latency,
        "films": _films,
        "notebooks": partial(_notebooks, home),
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
    write_table(paths.work(home) / "bench.csv", table)
    return table


def _simulation_and_pose() -> Iterator[tuple]:
    """One clip rendered, then looked at by BlazePose, in one process."""
    planned = generate.plan(seed=0, size="full")[0]
    with tempfile.TemporaryDirectory() as folder:
        rendering = _seconds(lambda: generate.make_clip(Path(folder), planned))
        film = next(Path(folder).rglob("*.mp4"))
        looking = _seconds(lambda: pose.extract_clip(film))
        frames = video.probe(film).frames
        yield "rendering, one process", frames / rendering, "frames/s"
        yield "pose extraction, one process", frames / looking, "frames/s"


def _clips(number: int) -> list[Clip]:
    """Random keypoints in clips as long as real ones (median 78, 26 to 335 frames)."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(np.log(78), 0.55, number).astype(int), 26, 335)
    poses = [rng.random((n, 33, 2), np.float32) for n in lengths]
    labels = [rng.integers(0, 4, n).astype(np.int8) for n in lengths]
    return [
        Clip(f"clip{i}", "video", np.arange(len(own)), own, said)
        for i, (own, said) in enumerate(zip(poses, labels))
    ]


def _compiled() -> list[Recipe]:
    """The architectures that are compiled, those of whole clips first."""
    found = [models.recipe(name) for name in models.names()]
    found = [recipe for recipe in found if fast.network(recipe.build(0))]
    return sorted(found, key=lambda recipe: recipe.batch is not None)


def _training(recipe: Recipe) -> Iterator[tuple]:
    """Milliseconds per model and step of the plain and the compiled loop, their ratio, and how
    the compiled one's time grows with models and with clips. Copying data and weights counts."""
    name, rules = recipe.name, training.FitConfig(EPOCHS, learning_rate=0.02, momentum=0.5)

    def each(fit_many, clips, number) -> float:
        """Milliseconds per model and step."""
        steps = len(clips) if recipe.batch is None else -(-sum(map(len, clips)) // recipe.batch)
        index = np.arange(len(clips))

        def once():
            drawn = [recipe.build(seed) for seed in range(number)]
            tasks = [training.Task(model, index, rules, recipe.batch) for model in drawn]
            return _seconds(lambda: fit_many(tasks, clips))

        return 1000 * statistics.median(once() for _ in range(REPEATS)) / (number * EPOCHS * steps)

    clips, unit = _clips(CLIPS), "ms per model and step"
    first = _seconds(lambda: each(fast.fit_many, clips[:1], 1))
    yield f"{name}: compilation", first, "s, once per process"
    loop = each(training.fit_many, clips, 1)
    yield f"{name}: PyTorch loop", loop, unit
    for number in MODELS:
        time_each = each(fast.fit_many, clips, number)
        yield f"{name}: compiled, {number} models", time_each, unit
        yield f"{name}: compiled, {number} models", loop / time_each, "times as fast as the loop"
    for more in map(_clips, MORE):
        yield f"{name}: compiled, {len(more)} clips", each(fast.fit_many, more, 20), unit


def _seconds(work: Callable) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _latency() -> Iterator[tuple]:
    """Time to classify one clip of median length, per frame."""
    keypoints = np.random.default_rng(0).random((78, 33, 2), np.float32)
    for recipe in map(models.recipe, models.names()):
        once = partial(training.predict, recipe.build(0), keypoints)
        once()
        each = statistics.mean(_seconds(once) for _ in range(20)) / len(keypoints)
        yield f"{recipe.name}: prediction", 1000 * each, "ms per frame"


def _films() -> Iterator[tuple]:
    """One film labelled as ``predict`` does it, in seconds of a processor: what else the machine
    does counts less then. Its models are loaded already."""
    planned = generate.plan(seed=0, size="full")[0]
    with tempfile.TemporaryDirectory() as folder:
        generate.make_clip(Path(folder), planned)
        film = next(Path(folder).rglob("*.mp4"))
        frames, fps = video.probe(film).frames, video.probe(film).fps
        looks = attempts.look_through(film, Detector(), stride(fps))
        yield "looking for attempts", frames / _processor_seconds(lambda: list(looks)), _RATE
        data, ready = film_dataset(film, Path(folder) / "home"), pretrained.load()
        taught = {pretrained.NAME: lambda: ready}
        work = partial(videos.label, data, taught, FILMS, workers=1)
        yield "labels, poses included", frames / _processor_seconds(work), _RATE
        yield "labels, poses being there", frames / _processor_seconds(work), _RATE
        draw = partial(pages.draw, data, [*taught])
        yield "overlay video and report", frames / _processor_seconds(draw), _RATE
        files = [file for file in data.folder.rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in files) - film.stat().st_size
        yield "files of a labelled film", size / frames / 1000, "kB/frame"
        yield "film", film.stat().st_size / frames / 1000, "kB/frame"


_RATE = "frames per second of a processor"


def _processor_seconds(work: Callable) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _notebooks(home: Path) -> Iterator[tuple]:
    """How long each notebook took when it ran last, from the executed copies."""
    for copy in sorted((paths.work(home) / "report").glob("*/[0-9]*.ipynb")):
        duration = nbformat.read(copy, as_version=4).metadata.get("papermill", {}).get("duration")
        if duration is not None:
            yield f"notebook {copy.stem}, {copy.parent.name}", duration, "s"
