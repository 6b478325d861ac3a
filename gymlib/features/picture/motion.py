"""What the picture's vectors say of a movement, independent of place: what networks see of it."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from gymlib.dataset.schemas import PICTURE, PICTURE_CELLS
from gymlib.features.motion import LIMIT, _change, _window, local_mean

PACE = 10.0
"""Frames: movement in a cell is taken over so many, so that it is about as large as the rest."""
FEATURES = 2 * len(PICTURE_CELLS) + 2 * (len(PICTURE) - len(PICTURE_CELLS) - 1) + 3 * 2 + 2


def describe_picture(vectors: Float[Tensor, "frames 21 2"]) -> Float[Tensor, "frames features"]:
    """(frames, :data:`FEATURES`): movement in the cells; the silhouette's ends about its centre.

    And of the centre the change over one, three and six frames, its height above the lowest that
    the silhouette reaches nearby, and above its own mean there.
    """
    cells, ends = vectors[:, : len(PICTURE_CELLS)], vectors[:, len(PICTURE_CELLS) + 1 :]
    centre = vectors[:, len(PICTURE_CELLS)]
    height = -centre[:, 1:]  # upwards, (frames, 1)
    lowest = height - ends[:, -1, 1:]  # "bottom"
    ground = -_window(functional.max_pool1d, -lowest)
    columns = [
        PACE * cells.flatten(1), ends.flatten(1),
        _change(centre, 1), _change(centre, 3), _change(centre, 6),
        height - ground, height - local_mean(height),
    ]  # fmt: skip
    return torch.cat(columns, dim=1).clamp(-LIMIT, LIMIT)
