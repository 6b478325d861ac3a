"""One attempt: as it was filmed, and as models learn from it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Clip:
    """One attempt after preprocessing; frames without a pose or a label are gone.

    Attributes
    ----------
    name, video : the clip's name and the video it was cut from (the group for honest splits).
    frames : (frames,) original frame numbers, increasing; gaps where frames were removed.
    keypoints : (frames, 33, 2) x, y in the units chosen in preprocessing; float32. Behind them may
        be the vectors of the picture (:mod:`gymlib.features.picture.points`).
    labels : (frames,) int8 codes 0 to 3 (see :mod:`gymlib.labels`).

    >>> still = np.zeros((2, 33, 2), np.float32)
    >>> len(Clip("jump_01", "gym", np.array([0, 4]), still, np.array([0, 2], np.int8)))
    2
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


@dataclass(frozen=True)
class Attempt:
    """All frames of one clip.

    Attributes
    ----------
    name, video : the clip's name and the video it was cut from.
    fps : frames per second; NaN if unknown.
    size : width and height of the picture in pixels.
    keypoints : (frames, 33, 2) x / width, y / height; 0 where no pose was found.
    detected : (frames,) whether a pose was found.
    labels : (frames,) int8 codes, -1 Unlabeled; None if nobody has labelled the data set.
    """

    name: str
    video: str
    fps: float
    size: tuple[int, int]
    keypoints: np.ndarray
    detected: np.ndarray
    labels: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.detected)
