"""What an extractor of poses is told, and what it gives."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

BLAZEPOSE, TRACKER = "blazepose", "tracker"
EXTRACTORS = {BLAZEPOSE: "BlazePose full", TRACKER: "BlazePose full, tracked through the flip"}
"""The extractors by name, and what they are called in tables and files."""
EXTRACTOR = EXTRACTORS[BLAZEPOSE]
"""The thesis's."""
MEDIAPIPE = (
    "model_complexity", "min_detection_confidence", "min_tracking_confidence", "smooth_landmarks",
)  # fmt: skip
"""Settings that only MediaPipe's plain tracking has."""


class Person(NamedTuple):
    """Somebody pointed at in a picture: the one to follow."""

    x: float
    """Share of the picture's width, 0 to 1."""
    y: float
    """Share of the picture's height, 0 to 1."""
    seconds: float = 0.0
    """When the picture is shown."""


@dataclass(frozen=True)
class PoseConfig:
    """Settings of the pose estimator; the defaults are the thesis's."""

    model_complexity: int = 1
    """1 is BlazePose full, the only model inside MediaPipe's wheel (0 and 2 are downloads)."""
    min_detection_confidence: float = 0.5
    """Below it a person found in the picture is ignored, 0 to 1."""
    min_tracking_confidence: float = 0.5
    """Below it tracking ends and the next frame searches the whole picture, 0 to 1."""
    smooth_landmarks: bool = True
    """One-euro filter over time (Casiez et al. 2012), MediaPipe's default."""
    keep_truncated: bool = False
    """A video that ends early: stop with an error, or count the missing frames as no pose."""
    extractor: str = BLAZEPOSE
    """"blazepose" is MediaPipe's plain tracking, the thesis's; "tracker" follows the body through
    a somersault and ignores the four settings of MediaPipe."""
    person: Person | None = None
    """Whom the tracker follows; None follows the one who moves."""

    def __post_init__(self):
        if self.extractor not in EXTRACTORS:
            raise ValueError(
                f"extractor must be one of {', '.join(EXTRACTORS)}, found {self.extractor!r}"
            )
        if self.person is not None:
            self._check_person()
        for name in ("min_detection_confidence", "min_tracking_confidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in 0..1, found {getattr(self, name)}")
        if self.model_complexity not in (0, 1, 2):
            raise ValueError(
                f"model_complexity must be 0 (lite), 1 (full) or 2 (heavy), "
                f"found {self.model_complexity}"
            )

    def _check_person(self) -> None:
        if self.extractor != TRACKER:
            raise ValueError(
                f"person was set, but the extractor {self.extractor!r} cannot be told whom to "
                f"follow; choose {TRACKER!r}"
            )
        x, y, seconds = self.person
        if not (0 <= x <= 1 and 0 <= y <= 1 and seconds >= 0):
            raise ValueError(
                "person must be x and y as shares of the picture, 0 to 1, and seconds from 0, "
                f"found {x}, {y}, {seconds}"
            )

    @property
    def settings(self) -> dict:
        """What decides the poses, as JSON can hold it."""
        values = asdict(self)
        if self.extractor == TRACKER:
            return {name: values[name] for name in values if name not in MEDIAPIPE}
        # As it was before there was a choice: what was extracted then is still what is meant.
        return {name: values[name] for name in (*MEDIAPIPE, "keep_truncated")}


THESIS = PoseConfig()


class Pose(NamedTuple):
    """The pose of one clip, a row per decoded frame; zeros where no pose was found."""

    keypoints: Float[np.ndarray, "frames 33 2"]
    """x / width, y / height, y downwards; outside 0..1 where a limb leaves the picture."""
    visibility: Float[np.ndarray, "frames 33"]
    detected: Bool[np.ndarray, " frames"]
    time: Float[np.ndarray, " frames"]
    """Seconds since the first frame."""
