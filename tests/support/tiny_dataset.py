"""Small data that tests build for themselves: a body on paper, and a complete tiny data set."""

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib.annotation import majority
from gymlib.dataset import schemas
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.features import preprocessing
from gymlib.files.atomic import write_json
from gymlib.files.tables import read_table, write_table
from gymlib.labels import CLASSES, UNLABELED, encode, segments
from gymlib.skeleton import INDEX, KEYPOINTS

WIDTH, HEIGHT, FPS = 640, 360, 25.0
TORSO = 60.0  # pixels

# Side view of a standing person, mid-hip at the origin, y downwards, in torso lengths.
_PARTS = {
    "nose": -1.4, "eye": -1.45, "ear": -1.42, "mouth": -1.32, "shoulder": -1.0, "elbow": -0.6,
    "wrist": -0.2, "pinky": -0.1, "index": -0.08, "thumb": -0.12, "hip": 0.0, "knee": 0.7,
    "ankle": 1.4, "heel": 1.45, "foot": 1.5,
}  # fmt: skip
_ARMS = ("elbow", "wrist", "pinky", "index", "thumb")


def standing(arms_up: float = 0.0) -> np.ndarray:
    """Keypoints (33, 2) of a standing body in torso lengths; arms_up 1 raises the arms."""
    body = np.zeros((33, 2))
    for name, index in INDEX.items():
        part = next(p for p in _PARTS if p in name.replace("foot_index", "foot"))
        height = _PARTS[part]
        if part in _ARMS:  # mirrored about the shoulder when raised
            height = (1 - arms_up) * height + arms_up * (-2 - height)
        side = 0.08 if "left" in name else -0.08 if "right" in name else 0.0
        body[index] = side, height
    return body


def pose(label: str, progress: float) -> np.ndarray:
    """Keypoints (33, 2) in pixels: stands, raises the arms, turns once, bends and stands."""
    body = standing(arms_up=progress if label == "take-off" else 0.0)
    angle = 2 * np.pi * progress if label == "skill" else 0.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    rise = -np.sin(np.pi * progress) if label == "skill" else 0.0
    rise += 0.5 * (1 - progress) if label == "landing" else 0.0
    return TORSO * (body @ turn.T + [0, rise]) + [WIDTH / 2, HEIGHT / 2]


def make_labels(frames: int, number: int, rng: np.random.Generator) -> list[str]:
    """One clip's labels; odd clips begin with a fake take-off, which ends in idle."""
    shares = rng.dirichlet([30, 30, 30, 40])
    lengths = np.maximum(3, np.round(shares * frames).astype(int))
    lengths[3] = max(3, frames - lengths[:3].sum())
    names = np.repeat(CLASSES, lengths)[:frames].tolist()
    if number % 2:
        names[:2] = ["take-off", "take-off"]
        names[2] = "idle"
    return names


def disagree(names: list[str], shift: int) -> list[str]:
    """The same labels with every border moved by ``shift`` frames (runs keep one frame)."""
    runs = segments(encode(names))
    starts = [0] + [max(1, run.start + shift) for run in runs[1:]]
    starts = np.maximum.accumulate(starts)
    moved = list(names)
    for start, end, run in zip(starts, [*starts[1:], len(names)], runs):
        moved[start:end] = [CLASSES[run.label]] * (end - start)
    return moved


def annotation_rows(clip: str, names: list[str]) -> list[dict]:
    """Rows of an annotation file (inclusive runs)."""
    return [
        {
            "clip": clip,
            "start": run.start,
            "end": run.end,
            "label": CLASSES[run.label],
            "comment": "",
        }
        for run in segments(encode(names))
    ]


def make_dataset(
    home: Path,
    clips: int = 6,
    frames: int = 40,
    videos: int = 2,
    *,
    name: str = "tiny",
    processed: bool = False,
    normalisation: str = "raw",
    seed: int = 0,
) -> str:
    """Write a complete keypoints-only data set to ``home/data/<name>``; returns its name.

    Three annotators A, B, C differ by a frame at the borders; frame 0 of clip_00 is a three-way
    tie; odd clips begin with a fake take-off; about one frame in twelve has no pose, mostly in
    skill. ``processed`` also writes labels.parquet and processed.parquet, as notebooks 01 and 03
    would. Set GYMLIB_HOME to ``home`` to use it by name.
    """
    built = _build(clips, frames, videos, processed, normalisation, seed)
    shutil.copytree(built.name, Path(home) / "data" / name, dirs_exist_ok=True)
    return name


@lru_cache
def _build(clips, frames, videos, processed, normalisation, seed) -> tempfile.TemporaryDirectory:
    """The data set, built once and copied for every test that asks for the same."""
    built, rng = tempfile.TemporaryDirectory(), np.random.default_rng(seed)
    folder = Path(built.name)
    rows, tables, votes = [], [], {"A": [], "B": [], "C": []}
    for number in range(clips):
        clip = f"clip_{number:02d}"
        names = make_labels(frames, number, rng)
        rows.append(
            {
                "clip": clip,
                "video": f"video_{number % videos}",
                "path": "",
                "fps": FPS,
                "frames": frames,
                "width": WIDTH,
                "height": HEIGHT,
            }
        )
        for annotator, shift in {"A": 0, "B": 1, "C": -1 if number % 3 else 0}.items():
            own = disagree(names, shift)
            if number == 0:
                own[0] = {"A": "idle", "B": "take-off", "C": "skill"}[annotator]
            votes[annotator] += annotation_rows(clip, own)
        tables.append(_keypoints(clip, names, rng))
    table, keypoints = pd.DataFrame(rows), pd.concat(tables, ignore_index=True)
    write_table(folder / "clips.csv", table, schemas.CLIPS)
    for annotator, runs in votes.items():
        write_table(folder / "annotations" / f"{annotator}.csv", pd.DataFrame(runs))
    write_table(folder / "keypoints.parquet", keypoints, schemas.KEYPOINT_TABLE)
    origin = {"extractor": "drawn", "version": "1", "settings": {}, "provenance": "tests"}
    write_json(folder / "keypoints.json", origin)
    if processed:
        _process(folder, table, keypoints, votes, normalisation)
    return built


def _keypoints(clip: str, names: list[str], rng: np.random.Generator) -> pd.DataFrame:
    runs = segments(encode(names))
    poses = [
        pose(CLASSES[run.label], (frame - run.start) / (run.end - run.start + 1))
        for run in runs
        for frame in range(run.start, run.end + 1)
    ]
    pixels = np.array(poses) + rng.normal(0, 0.02 * TORSO, (len(poses), len(KEYPOINTS), 2))
    lost = rng.random(len(names)) < np.where(np.array(names) == "skill", 0.25, 0.03)
    keypoints = np.where(lost[:, None, None], 0, pixels / [WIDTH, HEIGHT]).astype(np.float32)
    visibility = np.where(lost[:, None], 0, np.full((len(names), 33), 0.9)).astype(np.float32)
    return keypoint_rows(clip, keypoints, visibility, ~lost, np.arange(len(names)) / FPS)


def make_results(home: Path, name: str, protocol: str = "thesis", *, seed: int = 0) -> pd.DataFrame:
    """Write results/<protocol>/predictions.parquet of a processed data set and return it.

    Nothing is trained: every model gives the label with a probability of three in four, else a
    class by chance. Odd clips are outer fold 1, the others 0.
    """
    folder, rng = Path(home) / "data" / name, np.random.default_rng(seed)
    kept = read_table(folder / "processed.parquet")[["clip", "frame", "label"]]
    true = encode(kept["label"])
    outer = kept["clip"].str[-1].astype(int) % 2
    tables = []
    for architecture in ("lstm", "cnn"):
        for model in ("base_1", "base_2", "ensemble", "averaged"):
            said = np.where(rng.random(len(true)) < 0.75, true, rng.integers(0, 4, len(true)))
            given = 0.1 + 0.6 * np.eye(4)[said]
            table = kept.assign(architecture=architecture, model=model, outer=outer)
            table[schemas.PROBABILITIES] = given
            tables.append(table)
    predictions = pd.concat(tables, ignore_index=True)[list(schemas.PREDICTIONS.columns)]
    file = folder / "results" / protocol / "predictions.parquet"
    write_table(file, predictions, schemas.PREDICTIONS)
    return predictions


def _process(folder, clips, keypoints, votes, normalisation) -> None:
    runs = {annotator: pd.DataFrame(rows) for annotator, rows in votes.items()}
    labels = majority.label_table(runs, clips)
    assert (labels["label"] == UNLABELED).any()
    config = preprocessing.PreprocessingConfig(normalisation)
    kept, _ = preprocessing.process(keypoints, labels, clips, config)
    write_table(folder / "labels.parquet", labels, schemas.LABELS)
    write_table(folder / "processed.parquet", kept, schemas.PROCESSED)
