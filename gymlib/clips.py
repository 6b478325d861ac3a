"""A clip ready for learning: kept frames, their keypoints and their labels."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Clip:
    """One attempt after preprocessing; frames without a pose or a label are gone.

    Attributes
    ----------
    name, video : the clip's name and the video it was cut from (the group for honest splits).
    frames : (frames,) original frame numbers, increasing; gaps where frames were removed.
    keypoints : (frames, 33, 2) x, y in the units chosen in preprocessing; float32.
    labels : (frames,) int8 codes 0 to 3 (see :mod:`gymlib.labels`).
    """

    name: str
    video: str
    frames: np.ndarray
    keypoints: np.ndarray
    labels: np.ndarray

    def __post_init__(self):
        lengths = len(self.frames), len(self.keypoints), len(self.labels)
        if len(set(lengths)) != 1:
            raise ValueError(
                f"clip {self.name}: frames, keypoints and labels must be equally long, "
                f"found {lengths}"
            )

    def __len__(self) -> int:
        return len(self.frames)
