"""All clips' frames end to end, as the compiled loops read them."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float

from gymlib.dataset.clip import Clip
from gymlib.models.cnn import as_image
from gymlib.training.fast.cnn import framed


class Frames:
    """Keypoints and labels of clips, copied once.

    Attributes
    ----------
    rows : (frames, 66) x0, y0, x1, ...; float32, row by row in memory.
    labels : (frames,) int64. starts : (clips + 1,) first frame of every clip, then the end.
    """

    def __init__(self, clips: Sequence[Clip]):
        self.clips = clips
        self.starts = np.cumsum([0, *map(len, clips)])
        together = np.concatenate([clip.keypoints for clip in clips])
        # A table's arrays lie column by column in memory; products of rows would be slow.
        self.keypoints = np.ascontiguousarray(together, dtype=np.float32)
        self.rows = self.keypoints.reshape(len(self.keypoints), -1)  # (frames, 66)
        self.labels = np.concatenate([clip.labels for clip in clips]).astype(np.int64)
        self._pictures = {}

    def span(self, clip: int) -> slice:
        """Where the frames of a clip lie."""
        return slice(int(self.starts[clip]), int(self.starts[clip + 1]))

    def pictures(self, layout: str) -> Float[np.ndarray, "frames 3 35"]:
        """Every frame as the CNN sees it."""
        if layout not in self._pictures:
            images = as_image(torch.from_numpy(self.keypoints), layout)[:, 0]
            self._pictures[layout] = framed(images.numpy())
        return self._pictures[layout]
