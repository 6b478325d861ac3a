"""Files of the thesis's authors, written here as their scripts write them."""

import io
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib import video

NAMES = ["idle", "idle", "take-off", "take-off", "take-off", "skill", "skill", "landing"]
FRAMES = len(NAMES)
HEADER = [f"{index}{axis}" for index in range(33) for axis in "xy"]


def poses(frames=FRAMES, lost=(5,), seed=0) -> np.ndarray:
    """(frames, 66) interleaved x / width, y / height, some outside 0..1; zeros where lost."""
    values = np.random.default_rng(seed).uniform(-0.1, 1.13, (frames, 66)).round(6)
    values[list(lost)] = 0
    return values


def annotator_csv(names=NAMES) -> str:
    """As annotator.py: an index column without a name, then labels."""
    return pd.DataFrame({"labels": names}).to_csv()


def majority_csv(*votes, final) -> str:
    """As majorityVote.py: the merge keeps "Unnamed: 0", writing adds an index."""
    table = {"Unnamed: 0": range(len(final))}
    table |= {f"labels_{x}": names for x, names in zip("xyz", votes)}
    return pd.DataFrame(table | {"final": final}).to_csv()


def clean_csv(text: str, final=None) -> str:
    """As VoteCleaner.py: read and written once more."""
    table = pd.read_csv(io.StringIO(text))
    return (table if final is None else table.assign(final=final)).to_csv()


def skeleton_csv(values) -> str:
    """As create_skeleton.py: one-row frames put together, so the index is 0 in every row."""
    return pd.concat([pd.DataFrame([row], columns=HEADER) for row in values]).to_csv()


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def votes_and_final():
    x, y, z = (list(NAMES) for _ in range(3))
    y[2], z[2] = "idle", "skill"  # a three-way tie
    z[5] = "take-off"
    return (x, y, z), [*NAMES[:2], "Unlabeled", *NAMES[3:]]


def film(path, frames=FRAMES):
    path.parent.mkdir(parents=True, exist_ok=True)
    video.write_video(path, (np.full((48, 64, 3), 20 * i, np.uint8) for i in range(frames)), 25)


def fill_clip(place: Path, stem: str, values: np.ndarray) -> None:
    """A clip's folder: film, three annotators' files, both majority files, poses."""
    votes, final = votes_and_final()
    film(place / f"{stem}.mp4")
    for name, own in zip(("sofus", "Morten", "gustav"), votes):
        write(place / f"{stem}_{name}.csv", annotator_csv(own))
    text = majority_csv(*votes, final=final)
    write(place / "majorityVote.csv", text)
    write(place / "majorityVote_clean.csv", clean_csv(text))
    write(place / f"{stem}init_skeleton-v2.csv", skeleton_csv(values))
