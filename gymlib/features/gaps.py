"""Frames without a pose, as NaN in a clip's keypoints: filled, and remembered by a mask."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def posed(keypoints: Float[Tensor, "frames 33 2"]) -> Bool[Tensor, " frames"]:
    """In which frames there is a pose: all of its coordinates are numbers."""
    return torch.isfinite(keypoints).all(dim=-1).all(dim=-1)


def filled(keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 33 2"]:
    """Keypoints on straight lines in time between the frames with a pose around each gap.

    Before the first pose and behind the last one the body stays as it is there; without any pose
    all is 0.

    >>> body = torch.zeros(4, 33, 2)
    >>> body[1:3], body[3] = torch.nan, 3.0
    >>> filled(body)[:, 0, 0]
    tensor([0., 1., 2., 3.])
    """
    there = posed(keypoints)
    if there.all():
        return keypoints
    known = there.nonzero()[:, 0]
    if not len(known):
        return torch.zeros_like(keypoints)
    times = torch.arange(len(keypoints))
    after = torch.searchsorted(known, times).clamp(max=len(known) - 1)
    before = (torch.searchsorted(known, times, right=True) - 1).clamp(min=0)
    first, last = known[before], known[after]
    share = (times - first) / (last - first).clamp(min=1)
    share = share.clamp(0, 1)[:, None, None]  # before the first pose, and behind the last
    return keypoints[first] * (1 - share) + keypoints[last] * share
