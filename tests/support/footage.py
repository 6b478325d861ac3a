"""Small videos of one's own, and a stand-in for BlazePose that sees a person in bright frames."""

import contextlib
from pathlib import Path

import numpy as np
import pandas as pd
from tiny_dataset import HEIGHT, WIDTH, annotation_rows, make_dataset, standing

from gymlib import models, video
from gymlib.dataset import Dataset
from gymlib.files.tables import write_table
from gymlib.pose import blazepose, extraction, networks
from gymlib.prediction import ensemble, films

DARK, BRIGHT = 20, 200
NAMES = ["idle", "take-off", "take-off", "skill", "skill", "landing", "idle", "idle"]


def film(path: Path, frames: int = len(NAMES), size=(48, 64), level: int = BRIGHT) -> Path:
    """A grey H.264 video of ``size`` (height, width)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    video.write_video(path, [np.full((*size, 3), level, np.uint8)] * frames, 25)
    return path


def filmed_dataset(home: Path, frames: int = 40) -> Dataset:
    """A tiny data set of two clips; the first one has a film."""
    data = Dataset(make_dataset(home, clips=2, frames=frames, processed=True), home)
    film(data.folder / "videos" / "clip_00.mp4", frames, (HEIGHT, WIDTH), level=90)
    data.write(data.clips.assign(path=["videos/clip_00.mp4", None]), "clips.csv")
    return data


def truncate(path: Path, keep: float = 0.6) -> None:
    """Cut the end of a file off. A noisy picture makes the film long enough to notice."""
    noise = np.random.default_rng(0).integers(150, 255, (6, 48, 64, 3), dtype=np.uint8)
    video.write_video(path, noise, 25)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])


def annotate(dataset: str, annotator: str, clips: dict[str, list[str]]) -> None:
    """An annotation file: clip -> label per frame."""
    rows = [row for clip, names in clips.items() for row in annotation_rows(clip, names)]
    write_table(Dataset(dataset).annotation(annotator), pd.DataFrame(rows))


def see_people(monkeypatch) -> list[str]:
    """Replace BlazePose, in this process only; returns the list that gets each frame's size.

    The tracker is not there, as on a machine without LiteRT, and plain BlazePose takes its place.
    """
    seen = []

    @contextlib.contextmanager
    def stand_in(config):
        body = np.concatenate([0.5 + 0.2 * standing(), np.full((33, 1), 0.9)], axis=1)

        def estimate(rgb):
            seen.append(rgb.shape[:2])
            return body if rgb.mean() > 100 else None

        yield estimate

    monkeypatch.setattr(blazepose, "_blazepose", stand_in)
    for module in (extraction, films):
        monkeypatch.setattr(module, "available_processors", lambda: 1)
    monkeypatch.setattr(networks, "available", lambda: False)
    return seen


def skip_training(monkeypatch) -> list[int]:
    """Untrained models instead of trained ones; returns the list of how many clips they saw."""
    calls = []

    def train(clips, config, on_epoch_end=None):
        calls.append(len(clips))
        return [models.recipe(config.architecture).build(seed) for seed in range(config.models)]

    monkeypatch.setattr(ensemble, "train", train)
    return calls
