"""Keypoints as OpenPose, AlphaPose, DeepLabCut and SLEAP write them, from BlazePose's points."""

import csv
import json
from pathlib import Path

import numpy as np

from gymlib.formats.keypoints.skeletons import BODY_25, COCO_17, COCO_18, HALPE_26, MID_HIP, NECK
from gymlib.skeleton import INDEX, middle

NAMED = [name for name in BODY_25 if name in INDEX]
"""Parts that the tables of DeepLabCut and SLEAP have here."""


def as_skeleton(body: np.ndarray, names: list[str]) -> np.ndarray:
    """(33, 2) pixels as (points, 3) with confidence .9; NaN, and what is unknown, as zeros."""
    rows = np.zeros((len(names), 3))
    middles = {NECK: middle(body, "shoulder"), MID_HIP: middle(body, "hip")}
    for row, name in zip(rows, names):
        place = body[INDEX[name]] if name in INDEX else middles.get(name, np.full(2, np.nan))
        if np.isfinite(place).all():
            row[:] = *place, 0.9
    return rows


def openpose(folder: Path, film: str, frames: dict[int, list], names=BODY_25, scale=None) -> Path:
    """A file per frame; ``frames`` is frame -> people (33, 2), ``scale`` what becomes of pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    for frame, people in frames.items():
        rows = [as_skeleton(body, names) for body in people]
        for own in rows if scale else ():
            own[own[:, 2] > 0, :2] = scale(own[own[:, 2] > 0, :2])
        content = {"version": 1.3, "people": [{"person_id": [-1],
                   "pose_keypoints_2d": own.ravel().tolist()} for own in rows]}  # fmt: skip
        (folder / f"{film}_{frame:012}_keypoints.json").write_text(json.dumps(content))
    return folder


def openpose_coco(folder: Path, film: str, frames: dict[int, list]) -> Path:
    return openpose(folder, film, frames, COCO_18)


def alphapose(folder: Path, film: str, frames: dict[int, list], names=COCO_17) -> Path:
    """One list of people, in a folder named after the film."""
    file = folder / film / "alphapose-results.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    people = [
        {"image_id": f"{frame}.jpg", "category_id": 1, "score": 2.9, "idx": who,
         "keypoints": as_skeleton(body, names).ravel().tolist()}
        for frame, own in frames.items() for who, body in enumerate(own, 1)
    ]  # fmt: skip
    file.write_text(json.dumps(people))
    return file


def halpe(folder: Path, film: str, frames: dict[int, list]) -> Path:
    return alphapose(folder, film, frames, HALPE_26)


def deeplabcut(folder: Path, film: str, frames: dict[int, list], parts=NAMED) -> Path:
    """A table of three header rows, or four if a frame has several people."""
    file = folder / f"{film}DLC_resnet50_gymOct1shuffle1_50000.csv"
    most = max(map(len, frames.values()))
    whose = [f"ind{k}" for k in range(most)]
    columns = [(who, part, axis) for who in whose for part in parts
               for axis in ("x", "y", "likelihood")]  # fmt: skip
    heads = ["scorer", "individuals", "bodyparts", "coords"]
    texts = [["DLC"] * len(columns), *map(list, zip(*columns))]
    rows = [[head, *cells] for head, cells in zip(heads, texts) if most > 1 or head[0] != "i"]
    for frame, people in frames.items():
        cells = []
        for k in range(most):
            own = as_skeleton(people[k], NAMED) if k < len(people) else np.zeros((len(parts), 3))
            cells += [*own.ravel()] if k < len(people) else [""] * own.size
        rows.append([frame, *cells])
    return _table(file, rows)


def sleap(folder: Path, film: str, frames: dict[int, list], nodes=NAMED) -> Path:
    """SLEAP's analysis table; what was not seen is empty."""
    file = folder / f"labels.v001.000_{film}.analysis.csv"
    axes = [f"{node}.{axis}" for node in nodes for axis in ("x", "y", "score")]
    rows = [["track", "frame_idx", "instance.score", *axes]]
    for frame, people in frames.items():
        for k, body in enumerate(people):
            cells = as_skeleton(body, NAMED)
            cells = [[*row] if row[2] else ["", "", ""] for row in cells]
            rows.append([f"track_{k}", frame, 0.98, *(cell for row in cells for cell in row)])
    return _table(file, rows)


def _table(file: Path, rows: list[list]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as text:
        csv.writer(text).writerows(rows)
    return file


WRITERS = {
    "openpose": (openpose, BODY_25), "openpose-coco": (openpose_coco, COCO_18),
    "alphapose": (alphapose, COCO_17), "halpe": (halpe, HALPE_26),
    "deeplabcut": (deeplabcut, NAMED), "sleap": (sleap, NAMED),
}  # fmt: skip
"""Name -> how it is written, and which points it has."""
PROGRAM = {"openpose-coco": "openpose", "halpe": "alphapose"}
