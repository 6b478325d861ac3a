"""Speed and memory of the slow parts, measured in one run: ``make bench``."""

import platform
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

from gymlib import io, lockstep, models, paths, pose, training
from gymlib.clips import Clip
from gymlib.models import CNNConfig, LSTMConfig
from gymlib.progress import progress
from gymlib.simulation import generate

CLIPS = 24
MODELS = (1, 20, 100)  # in lockstep
CNN_BATCH = 64  # frames per step, as the thesis


def run() -> pd.DataFrame:
    """Measure everything, write report/bench.csv and return it: what, value, unit."""
    parts = {
        "simulation": _simulation_and_pose,
        "lstm": lambda: _training(LSTMConfig(), size=None),
        "cnn": lambda: _training(CNNConfig(), size=CNN_BATCH),
        "latency": _latency,
    }
    rows = []
    for name in (bar := progress(list(parts), unit="part")):
        bar.set_description(f"measuring {name}")
        rows += parts[name]()
    # ru_maxrss is in kilobytes on Linux, in bytes on macOS.
    scale = 2**20 if sys.platform == "linux" else 2**30
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    rows.append(("memory of this process, at most", memory, "GiB"))
    rows.append(("processor cores", joblib.cpu_count(), platform.machine()))
    table = pd.DataFrame(rows, columns=["what", "value", "unit"])
    io.write_table(paths.home() / "report" / "bench.csv", table)
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


def _tasks(config, clips, number: int, epochs: int) -> list[training.Task]:
    fit = training.FitConfig(epochs, learning_rate=0.02, momentum=0.5)
    everything = np.arange(len(clips))
    return [training.Task(models.build(config, seed), everything, fit) for seed in range(number)]


def _training(config, size: int | None) -> Iterator[tuple]:
    """Milliseconds per model and step of the plain loop and in lockstep, and their ratio."""
    clips, name = _clips(), models.architecture(config)
    frames = sum(map(len, clips))
    steps = len(clips) if size is None else -(-frames // size)

    def seconds(fit_many, number, epochs):
        tasks = _tasks(config, clips, number, epochs)
        start = time.perf_counter()
        fit_many(tasks, clips, seed=0, size=size)
        return time.perf_counter() - start

    epochs = 3
    loop = 1000 * seconds(training.fit_many, 1, epochs) / (epochs * steps)
    yield f"{name}: PyTorch loop", loop, "ms per model and step"
    for number in MODELS:
        first = seconds(lockstep.fit_many, number, epochs)
        again = seconds(lockstep.fit_many, number, epochs)
        together = 1000 * again / (number * epochs * steps)
        yield f"{name}, {number} in lockstep", together, "ms per model and step"
        yield f"{name}, {number} in lockstep", loop / together, "times as fast as the loop"
        yield f"{name}, {number} in lockstep: compilation", first - again, "s, once"


def _latency() -> Iterator[tuple]:
    """Time to classify one clip of median length, per frame."""
    keypoints = np.random.default_rng(0).random((78, 33, 2), np.float32)
    for config in (LSTMConfig(), CNNConfig()):
        model = models.build(config, seed=0)
        training.predict(model, keypoints)
        start = time.perf_counter()
        for _ in range(20):
            training.predict(model, keypoints)
        each = 1000 * (time.perf_counter() - start) / (20 * len(keypoints))
        yield f"{models.architecture(config)}: prediction", each, "ms per frame"
