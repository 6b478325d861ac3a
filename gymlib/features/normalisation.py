"""In which units models see a body: as it lies in the picture, or hip-centred in torso lengths."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gymlib.skeleton import middle, to_pixels, torso_length

NORMALISATIONS = ("raw", "hip_torso")
ORIGIN_FRAMES = 5  # heights are measured from their median hip: one broken pose moves nothing
MINIMUM_TORSO = 1.0  # pixels; real torsos are 50 to 130 pixels, below one the scale is noise


@dataclass(frozen=True)
class PreprocessingConfig:
    """What notebook 03 does to the poses."""

    normalisation: str = "raw"
    """raw: the thesis; hip_torso: comparable between videos and data sets."""

    def __post_init__(self):
        if self.normalisation not in NORMALISATIONS:
            raise ValueError(
                f"normalisation must be one of {', '.join(NORMALISATIONS)}; "
                f"found {self.normalisation!r}"
            )


def hip_torso(
    keypoints: Float[np.ndarray, "frames 33 2"], width: int | float, height: int | float
) -> Float[np.ndarray, "frames 33 2"]:
    """Hip-centred coordinates in torso lengths.

    In pixels: x relative to the frame's mid-hip (sideways travel goes, as in the recovered
    skeletons), y relative to the median mid-hip of the clip's first five frames (jumping stays),
    both divided by the clip's median torso length, which single broken poses do not move.

    Raises ValueError when the median torso is shorter than a pixel.

    >>> from gymlib.skeleton import INDEX
    >>> body = np.full((1, 33, 2), 0.5)
    >>> body[:, [INDEX["left_shoulder"], INDEX["right_shoulder"]], 1] = 0.25
    >>> hip_torso(body, width=640, height=480)[0, [INDEX["left_hip"], INDEX["left_shoulder"]]]
    array([[ 0.,  0.],
           [ 0., -1.]])
    """
    pixels = to_pixels(keypoints.astype(np.float64), width, height)
    torso = np.median(torso_length(pixels))
    if not torso >= MINIMUM_TORSO:
        raise ValueError(
            f"median torso length is {torso:.3g} pixels, at least {MINIMUM_TORSO:g} are needed "
            "to scale by it; check width and height in clips.csv and the poses of this clip"
        )
    hip = middle(pixels, "hip")  # (frames, 2)
    ground = np.median(hip[:ORIGIN_FRAMES, 1])
    origin = np.stack([hip[:, 0], np.full(len(hip), ground)], axis=1)
    return ((pixels - origin[:, None]) / torso).astype(keypoints.dtype)


def normalise(
    keypoints: Float[np.ndarray, "frames 33 2"],
    width: int | float,
    height: int | float,
    normalisation: str,
) -> Float[np.ndarray, "frames 33 2"]:
    """Kept frames of one clip (x / width, y / height) in the units of ``normalisation``."""
    if PreprocessingConfig(normalisation).normalisation == "raw" or len(keypoints) == 0:
        return keypoints
    return hip_torso(keypoints, width, height)
