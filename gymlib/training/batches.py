"""What each training step sees: one clip, or some frames of any clips, in an order of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gymlib.dataset.clip import Clip
from gymlib.models.recipe import Augment


def shuffled(
    members: Int[np.ndarray, " members"], size: int, seed: int, epoch: int
) -> Int[np.ndarray, " members"]:
    """``members`` (indices below ``size``) in the order of this seed's and epoch's shuffle.

    One permutation of everything is drawn and the members keep their order in it. Every
    training set thus sees a uniformly random order, and models with overlapping training sets
    meet their common clips in the same order, which makes them comparable.
    """
    order = np.random.default_rng((seed, epoch)).permutation(size)
    return order[_mask(members, size)[order]]


def _mask(members: Int[np.ndarray, " members"], size: int) -> Bool[np.ndarray, " size"]:
    mask = np.zeros(size, dtype=bool)
    mask[members] = True
    return mask


def shuffled_frames(
    clips: Sequence[Clip], members: Int[np.ndarray, " members"], seed: int, epoch: int
) -> Int[np.ndarray, " rows"]:
    """Frames of an epoch in the order of :func:`shuffled`, as rows of all clips end to end."""
    inside = np.repeat(_mask(members, len(clips)), [len(clip) for clip in clips])
    return shuffled(np.flatnonzero(inside), len(inside), seed, epoch)


@dataclass(frozen=True)
class Batches:
    """What each step of an epoch sees: ``size`` frames of any clips, or one whole clip.

    Attributes
    ----------
    clips : all clips; ``members`` are the indices of those to train on.
    seed : of the shuffle, drawn anew each epoch, and of what augments the clips.
    size : frames per step; None for one clip per step.
    augment : called with a random generator and a whole clip's keypoints and labels, anew each
        epoch; gives those to learn from. Not for single frames.
    """

    clips: Sequence[Clip]
    members: Int[np.ndarray, " members"]
    seed: int
    size: int | None = None
    augment: Augment | None = None

    def __len__(self) -> int:
        """Steps of an epoch, if each takes one pair."""
        if self.size is None:
            return len(self.members)
        return -(-sum(len(self.clips[index]) for index in self.members) // self.size)

    def __call__(self, epoch: int):
        """Pairs of keypoints (frames, 33 or more, 2) and labels (frames,) as tensors."""
        if self.size is None:
            for index in shuffled(self.members, len(self.clips), self.seed, epoch):
                yield self._tensors(epoch, int(index))
            return
        keypoints, labels = map(torch.cat, zip(*map(tensors, self.clips)))
        order = shuffled_frames(self.clips, self.members, self.seed, epoch)
        # The last batch holds what remains and may be smaller.
        for rows in np.split(order, range(self.size, len(order), self.size)):
            yield keypoints[rows], labels[rows]

    def _tensors(self, epoch: int, index: int):
        clip = self.clips[index]
        if self.augment is None:
            return tensors(clip)
        rng = np.random.default_rng((self.seed, epoch, index, 1))
        keypoints, labels = self.augment(rng, clip.keypoints, clip.labels)
        return torch.tensor(keypoints), torch.tensor(labels, dtype=torch.int64)


def tensors(clip: Clip) -> tuple[Float[Tensor, "frames points 2"], Int[Tensor, " frames"]]:
    """A clip's keypoints and labels as tensors, copied: a table's arrays may be read-only."""
    return torch.tensor(clip.keypoints), torch.tensor(clip.labels, dtype=torch.int64)
