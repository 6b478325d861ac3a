"""One clip with everything that is known of it, ready to be shown."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from gymlib.annotation.majority import table_votes
from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.labels import UNLABELED_CODE, encode
from gymlib.skeleton import to_pixels

Predictions = dict[str, pd.DataFrame]
"""Name of a timeline -> table with columns clip, frame, label (the predicted one) and, if
probabilities are to be drawn, p_idle to p_landing; frames that it lacks stay without."""


@dataclass(frozen=True)
class ClipView:
    """One clip of a data set.

    Attributes
    ----------
    size : width and height of the picture in pixels.
    fps : frames per second, NaN where unknown.
    keypoints : (frames, 33, 2) pixels; frames that are not ``detected`` are not drawn.
    rows : name of a timeline (annotator, label, a model) -> label codes, -1 where none.
    probabilities : name -> (frames, 4), NaN where there is none.
    video : the video file, None if there is none.
    extracted : false as long as no pose has been looked for.
    """

    name: str
    size: tuple[float, float]
    fps: float
    keypoints: Float[np.ndarray, "frames 33 2"]
    detected: Bool[np.ndarray, " frames"]
    rows: dict[str, Int[np.ndarray, " frames"]]
    probabilities: dict[str, Float[np.ndarray, "frames 4"]] = field(default_factory=dict)
    video: Path | None = None
    extracted: bool = True

    def __len__(self) -> int:
        return len(self.keypoints)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of what is shown, in pixels.

        The picture if there is one; otherwise the same box around the body in all frames, so that
        movement shows.
        """
        seen = self.keypoints[self.detected].reshape(-1, 2).astype(float)
        seen = seen[np.isfinite(seen).all(axis=1)]
        if self.video is not None or not len(seen):
            return 0.0, 0.0, *self.size
        low, high = np.percentile(seen, [0.5, 99.5], axis=0)
        margin = 0.1 * ((high - low).max() + 1e-6)
        return tuple(float(value) for value in [*(low - margin), *(high + margin)])


def read_view(data: Dataset, clip: str, predictions: Predictions | None = None) -> ClipView:
    """A clip of a data set with whatever exists of it: poses, labels, predictions, its video.

    Raises ValueError if the data set has no such clip.
    """
    video = data.video(clip)
    about = data.clips.set_index("clip").loc[clip]
    frames, size = int(about["frames"]), (float(about["width"]), float(about["height"]))
    keypoints, detected = np.zeros((frames, 33, 2), np.float32), np.zeros(frames, bool)
    if extracted := data.has("keypoints.parquet"):
        attempt = data.clip(clip)
        keypoints, detected = to_pixels(attempt.keypoints, *size), attempt.detected
    rows, probabilities = _labels(data, clip), {}
    for name, table in (predictions or {}).items():
        own = table[table["clip"] == clip]
        at = own["frame"].to_numpy()
        rows[name] = np.full(frames, UNLABELED_CODE, dtype=np.int8)
        rows[name][at] = encode(own["label"])
        if set(PROBABILITIES) <= set(table.columns):
            probabilities[name] = np.full((frames, len(PROBABILITIES)), np.nan)
            probabilities[name][at] = own[PROBABILITIES].to_numpy(float)
    video = video if video is not None and video.is_file() else None
    known = (keypoints, detected, rows, probabilities)
    return ClipView(clip, size, float(about["fps"]), *known, video, extracted)


def _labels(data: Dataset, clip: str) -> dict[str, np.ndarray]:
    if not data.has("labels.parquet"):
        return {}
    own = data.labels[data.labels["clip"] == clip].sort_values("frame")
    names = [name for name in data.annotators if name in own and own[name].notna().any()]
    votes = table_votes(own, names).T if names else []
    return dict(zip(names, votes)) | {"label": encode(own["label"])}
