"""The other people in a film, so that a reader sees who was followed and who was not.

Poses are kept of one person in a clip. Here the detector is asked once more in every few frames,
and who is seen clearly and apart from that pose is somebody else for certain; where the followed
body is lost, a body that is seen may be the gymnast, and nobody is told from it.
"""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from gymlib.dataset import Attempt, Dataset
from gymlib.dataset.keypoints import keypoint_array, keypoint_columns
from gymlib.dataset.schemas import XY
from gymlib.files.cache import Step
from gymlib.files.tables import read_table, write_table
from gymlib.pose import networks
from gymlib.pose.candidates import SIDE, Candidate, candidate
from gymlib.pose.config import Person
from gymlib.pose.detector import Detector
from gymlib.pose.landmarks import LandmarkNetwork
from gymlib.pose.survey import SCORE, stride, working_frames
from gymlib.pose.whereabouts import APART, CLEAR
from gymlib.skeleton import middle, torso_length

LOOKS = 2
"""Every so many-th frame in which the tracker looks for people: most others stand still."""
NOBODY = pd.DataFrame(columns=["frame", "confidence", *XY], dtype=float)


def of_clip(data: Dataset, clip: str) -> pd.DataFrame:
    """The others in a clip, a row per frame and body; kept in the folder ``.poses``.

    Columns frame, confidence, and keypoints as shares of the picture. No rows without a video,
    and where LiteRT is not installed. Raises VideoError.
    """
    source, attempt = data.video(clip), data.clip(clip)
    if source is None or not networks.available():
        return NOBODY
    poses = hashlib.sha256(attempt.keypoints.tobytes() + attempt.detected.tobytes())
    step = Step(
        record=data.folder / ".done" / "poses" / "others" / f"{clip}.json",
        inputs=[source],
        settings={"poses": poses.hexdigest()},
        code=[__name__],
        outputs=[data.folder / ".poses" / "others" / f"{clip}.parquet"],
    )
    if not step.is_done():
        with step.making():
            write_table(step.outputs[0], seen(source, attempt))
    return read_table(step.outputs[0])


def seen(path: str | Path, attempt: Attempt) -> pd.DataFrame:
    """The others in a film, as :func:`of_clip`; each stands for the frames nearest to its own."""
    detector, network, step = Detector(), LandmarkNetwork(), LOOKS * stride(attempt.fps)
    tables = [NOBODY]
    for frame, (_, picture) in enumerate(working_frames(path, keep_truncated=True)):
        if frame % step or frame >= len(attempt) or not attempt.detected[frame]:
            continue
        found = detector(picture, SCORE, tiles=True)
        bodies = [candidate(network(picture, one.region), one.region.side / SIDE) for one in found]
        size = np.array(picture.shape[1::-1])
        elsewhere = apart(bodies, attempt.keypoints[frame] * size)
        for body in [body for body, other in zip(bodies, elsewhere) if other]:
            near = range(max(0, frame - (step - 1) // 2), min(len(attempt), frame + step // 2 + 1))
            shares = np.tile(body.keypoints / size, (len(near), 1, 1))
            about = {"frame": near, "confidence": body.confidence}
            tables.append(pd.DataFrame(about | keypoint_columns(shares)))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def apart(
    bodies: list[Candidate], followed: Float[np.ndarray, "33 2"]
) -> Bool[np.ndarray, " bodies"]:
    """Whether each body is seen clearly, and apart from the one that is followed (pixels)."""
    hip, torso = middle(followed, "hip"), float(torso_length(followed[None])[0])
    far = [
        np.linalg.norm(one.hip - hip)
        > APART * max(torso, float(torso_length(one.keypoints[None])[0]))
        for one in bodies
    ]
    clear = [one.confidence >= CLEAR for one in bodies]
    return np.array(far, bool) & np.array(clear, bool)


def by_frame(found: pd.DataFrame) -> dict[int, Float[np.ndarray, "bodies 33 2"]]:
    """Frame -> the bodies in it, of what :func:`of_clip` gives."""
    return {int(frame): keypoint_array(own) for frame, own in found.groupby("frame")}


def clearest(found: pd.DataFrame, fps: float) -> Person:
    """Where and when to point at one of the others: at the hip that is seen most clearly."""
    best = found.nlargest(1, "confidence")
    x, y = middle(keypoint_array(best)[0], "hip")
    return Person(
        float(np.clip(x, 0, 1)), float(np.clip(y, 0, 1)), int(best["frame"].iloc[0]) / fps
    )
