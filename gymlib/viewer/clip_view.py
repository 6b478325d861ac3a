"""One clip with everything that is known of it, ready to be shown."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from gymlib.annotation.majority import table_votes
from gymlib.dataset.keypoints import keypoint_array
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.dataset.tables import annotators, read_clips, read_keypoints, read_labels
from gymlib.files import paths
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
    rate : frames per second, NaN where unknown.
    keypoints : (frames, 33, 2) pixels; frames that are not ``detected`` are not drawn.
    rows : name of a timeline (annotator, label, a model) -> label codes, -1 where none.
    probabilities : name -> (frames, 4), NaN where there is none.
    film : the video file, None if there is none.
    extracted : false as long as no pose has been looked for.
    """

    name: str
    size: tuple[float, float]
    rate: float
    keypoints: Float[np.ndarray, "frames 33 2"]
    detected: Bool[np.ndarray, " frames"]
    rows: dict[str, Int[np.ndarray, " frames"]]
    probabilities: dict[str, Float[np.ndarray, "frames 4"]] = field(default_factory=dict)
    film: Path | None = None
    extracted: bool = True

    def __len__(self) -> int:
        return len(self.keypoints)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of what is shown, in pixels.

        The picture if there is one; otherwise the same box around the body in all frames, so that
        movement shows.
        """
        if self.film is not None:
            return 0.0, 0.0, *self.size
        seen = self.keypoints[self.detected].reshape(-1, 2).astype(float)
        seen = seen[np.isfinite(seen).all(axis=1)]
        if not len(seen):
            return 0.0, 0.0, *self.size
        low, high = np.percentile(seen, [0.5, 99.5], axis=0)
        margin = 0.1 * ((high - low).max() + 1e-6)
        return tuple(float(value) for value in [*(low - margin), *(high + margin)])


def read_view(dataset: str, clip: str, predictions: Predictions | None = None) -> ClipView:
    """A clip of a data set with whatever exists of it: poses, labels, predictions, its video.

    Raises ValueError if the data set has no such clip.
    """
    clips = read_clips(dataset).set_index("clip")
    if clip not in clips.index:
        raise ValueError(f"data set {dataset!r} has no clip {clip!r}; see clips.csv")
    about = clips.loc[clip]
    frames, size = int(about["frames"]), (float(about["width"]), float(about["height"]))
    extracted = (paths.dataset(dataset) / "keypoints.parquet").is_file()
    keypoints = np.zeros((frames, 33, 2), dtype=np.float32)
    detected = np.zeros(frames, dtype=bool)
    if extracted:
        keypoints, detected = _poses(dataset, clip, size)
    rows, probabilities = _labels(dataset, clip), {}
    for name, table in (predictions or {}).items():
        own = table[table["clip"] == clip]
        rows[name] = np.full(frames, UNLABELED_CODE, dtype=np.int8)
        rows[name][own["frame"].to_numpy()] = encode(own["label"])
        if set(PROBABILITIES) <= set(table.columns):
            probabilities[name] = np.full((frames, 4), np.nan)
            probabilities[name][own["frame"].to_numpy()] = own[PROBABILITIES].to_numpy(float)
    film = _film(dataset, about["path"])
    rate = float(about["fps"])
    return ClipView(
        clip, size, rate, keypoints, detected, rows, probabilities, film, extracted
    )  # fmt: skip


def _poses(dataset, clip, size) -> tuple[np.ndarray, np.ndarray]:
    table = read_keypoints(dataset)
    own = table[table["clip"] == clip].sort_values("frame")
    return to_pixels(keypoint_array(own), *size), own["detected"].to_numpy(bool)


def _labels(dataset, clip) -> dict[str, np.ndarray]:
    if not (paths.dataset(dataset) / "labels.parquet").is_file():
        return {}
    table = read_labels(dataset)
    own = table[table["clip"] == clip].sort_values("frame")
    names = [name for name in annotators(dataset) if name in own and own[name].notna().any()]
    votes = table_votes(own, names).T if names else []
    return dict(zip(names, votes)) | {"label": encode(own["label"])}


def _film(dataset, name) -> Path | None:
    path = paths.dataset(dataset) / name if isinstance(name, str) and name else None
    return path if path is not None and path.is_file() else None
