"""From poses and labels to what the models train on: which frames stay, in which units.

The thesis removes frames without a pose and frames without a majority label, in this order,
and uses x / width and y / height as they are (``raw``). ``hip_torso`` removes where in the
picture the gymnast is and how large, so that videos can be compared. Points that a pose lacks are
stood in for (:mod:`gymlib.dataset.completion`).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from gymlib.dataset import Dataset
from gymlib.dataset.completion import completed
from gymlib.dataset.keypoints import keypoint_array
from gymlib.dataset.schemas import XY
from gymlib.features.normalisation import PreprocessingConfig, normalise
from gymlib.files.atomic import read_json
from gymlib.labels import UNLABELED_CODE, encode
from gymlib.skeleton import KEYPOINTS, torso_length


class Funnel(NamedTuple):
    """Frames before, lost and after; ``frames - no_pose - unlabeled == kept``."""

    frames: int
    no_pose: int
    """Frames without a detected pose."""
    unlabeled: int
    """Frames with a pose but without a majority label."""
    kept: int


def kept(
    detected: Bool[np.ndarray, " frames"], labels: Int[np.ndarray, " frames"]
) -> Bool[np.ndarray, " frames"]:
    """Frames with a pose and a label: those the models see."""
    return detected & (labels != UNLABELED_CODE)


def funnel(detected: Bool[np.ndarray, " frames"], labels: Int[np.ndarray, " frames"]) -> Funnel:
    """How many frames are lost to pose extraction, then to missing majorities."""
    unlabeled = detected & (labels == UNLABELED_CODE)
    return Funnel(
        len(detected),
        int((~detected).sum()),
        int(unlabeled.sum()),
        int(kept(detected, labels).sum()),
    )


def check_finite(
    keypoints: Float[np.ndarray, "frames 33 2"], frames: Int[np.ndarray, " frames"], clip: str
) -> None:
    """ValueError naming clip, frame and keypoint of the first NaN or infinite coordinate."""
    bad = np.argwhere(~np.isfinite(keypoints))
    if len(bad):
        row, point, axis = bad[0]
        raise ValueError(
            f"clip {clip}, frame {frames[row]}: {'xy'[axis]} of {KEYPOINTS[point]} is "
            f"{keypoints[row, point, axis]} although a pose was detected ({len(bad)} such values "
            "in the clip); extract the poses again, or mark the frames as not detected"
        )


def gaps(frames: Int[np.ndarray, " kept"]) -> Int[np.ndarray, " steps"]:
    """Frames missing between each kept frame and the next, (kept - 1,); 0 where none is."""
    return np.diff(frames) - 1


def steps(keypoints: Float[np.ndarray, "kept 33 2"]) -> Float[np.ndarray, " steps"]:
    """How far the body moves from each kept frame to the next, (kept - 1,): the mean over the 33
    keypoints of the distance, in the units of ``keypoints``."""
    return np.linalg.norm(np.diff(keypoints, axis=0), axis=-1).mean(axis=-1)


def process(
    keypoints: pd.DataFrame,
    labels: pd.DataFrame,
    clips: pd.DataFrame,
    config: PreprocessingConfig,
    *,
    gaps: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Kept frames in the chosen units, and the funnel of every clip.

    Parameters
    ----------
    keypoints, labels, clips : tables of the data set (:mod:`gymlib.dataset.schemas`), in any
        order of rows.

    Returns
    -------
    processed : clip, video, frame, label and the 66 coordinates (float32), in the order of
        ``clips``, then of frames; a clip that loses all its frames has no rows.
    funnels : clip, video and the fields of :class:`Funnel`.

    Raises
    ------
    ValueError : a clip's keypoints and labels do not cover the same frames 0, 1, ..., a kept
        coordinate is NaN or infinite, or a torso is too short (with clip and frame).
    """
    poses = dict(list(keypoints.groupby("clip", sort=False)))
    names = dict(list(labels.groupby("clip", sort=False)))
    processed, funnels = [], []
    for clip in clips.itertuples():
        pose, label = _aligned(clip, poses.get(clip.clip), names.get(clip.clip))
        table, counts = _process_clip(clip, pose, label, config, gaps)
        processed.append(table)
        funnels.append({"clip": clip.clip, "video": clip.video, **counts._asdict()})
    return pd.concat(processed, ignore_index=True), pd.DataFrame(funnels)


def _aligned(clip, pose, label) -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = {"keypoints": pose, "labels": label}
    for name, table in tables.items():
        if table is None:
            raise ValueError(f"clip {clip.clip}: no {name}; expected {clip.frames} frames")
        tables[name] = table = table.sort_values("frame")
        if not np.array_equal(table["frame"], np.arange(clip.frames)):
            raise ValueError(
                f"clip {clip.clip}: {name} cover {len(table)} frames ({table['frame'].min()} to "
                f"{table['frame'].max()}), clips.csv says {clip.frames} frames from 0"
            )
    return tables["keypoints"], tables["labels"]


def _process_clip(clip, pose, label, config, gaps) -> tuple[pd.DataFrame, Funnel]:
    detected, codes = pose["detected"].to_numpy(bool), encode(label["label"])
    seen = kept(detected, codes)
    keep = codes != UNLABELED_CODE if gaps else seen
    frames = pose["frame"].to_numpy()
    keypoints = completed(keypoint_array(pose), detected)[seen]
    check_finite(keypoints, frames[seen], clip.clip)
    try:
        keypoints = normalise(keypoints, clip.width, clip.height, config.normalisation)
    except ValueError as error:
        raise ValueError(f"clip {clip.clip}: {error}") from None
    all_frames = np.full((len(frames), 66), np.nan, dtype=np.float32)
    all_frames[seen] = keypoints.reshape(-1, 66)
    table = pd.DataFrame(all_frames[keep], columns=XY)
    names, frames = label["label"].to_numpy()[keep], frames[keep]
    for at, (column, values) in enumerate(
        {"clip": clip.clip, "video": clip.video, "frame": frames, "label": names}.items()
    ):
        table.insert(at, column, values)
    return table, funnel(detected, codes)


def proportioned(data: Dataset) -> dict[str, Float[np.ndarray, "_ 33 2"]]:
    """Processed bodies of every clip in true proportions, in the clip's torso lengths: for drawing.

    Raw units squeeze a body in a picture that is not square.
    """
    raw = read_json(data.folder / "processed.json")["config"]["normalisation"] == "raw"
    sizes = data.clips.set_index("clip")[["width", "height"]].to_numpy() if raw else None
    rows = {name: k for k, name in enumerate(data.clips["clip"])}
    bodies = {c.name: c.keypoints * (sizes[rows[c.name]] if raw else 1) for c in data.processed}
    return {name: body / np.median(torso_length(body)) for name, body in bodies.items()}
