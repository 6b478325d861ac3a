"""The picture's vectors as points behind the 33 keypoints of a clip.

In (frames, 33 + 21, 2) a frame without a pose has NaN for its keypoints and numbers for the rest.
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from gymlib.dataset.schemas import PICTURE, PICTURE_CELLS
from gymlib.skeleton import KEYPOINTS, MIRROR

BODY = len(KEYPOINTS)
CELLS = slice(BODY, BODY + len(PICTURE_CELLS))
"""Points that are movement per frame, the first of the picture's."""


def _mirrored(name: str) -> str:
    if name in PICTURE_CELLS:
        return f"{name[:-1]}{3 - int(name[-1])}"
    return {"left": "right", "right": "left"}.get(name, name)


MIRRORED = np.concatenate([MIRROR, BODY + np.array([PICTURE.index(_mirrored(n)) for n in PICTURE])])
"""Index array that exchanges left and right of body and picture."""


def mirror(points: Float[np.ndarray, "*frames points 2"]) -> Float[np.ndarray, "*frames points 2"]:
    """Seen from the other side: x reversed, left and right exchanged; with or without a picture.

    For hip-centred keypoints (x = 0 is the mid-hip).

    >>> seen = np.zeros((54, 2))
    >>> seen[BODY + PICTURE.index("cell_00")] = 1, 2
    >>> mirror(seen)[BODY + PICTURE.index("cell_03")].tolist()
    [-1.0, 2.0]
    """
    return (points * np.array([-1, 1], points.dtype))[..., MIRRORED[: points.shape[-2]], :]


def split(
    points: Shaped[Any, "frames points 2"],
) -> tuple[Shaped[Any, "frames 33 2"], Shaped[Any, "frames seen 2"]]:
    """Keypoints and the picture's vectors of an array or a tensor; 21 of the latter, or none.

    Raises ValueError for any other number of points.
    """
    if points.shape[1] not in (BODY, BODY + len(PICTURE)):
        raise ValueError(
            f"expected {BODY} keypoints, and {len(PICTURE)} vectors of the picture behind them or "
            f"none, found {points.shape[1]} points"
        )
    return points[:, :BODY], points[:, BODY:]
