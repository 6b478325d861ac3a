"""Clips of different lengths in one tensor, so that a step of several clips takes one pass.

A network over time that sets padding to zero before every layer that looks at neighbours gives
what it gives clip by clip: beyond a clip's ends there are zeros either way. So does one that reads
frame after frame, since padding comes last in both directions (:func:`turned`).
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


def padded(
    clips: Sequence[Float[Tensor, "_ n"]],
) -> tuple[Float[Tensor, "clips n longest"], Float[Tensor, "clips 1 longest"]]:
    """The clips one below the other, zeros behind each; and 1 where a clip has a frame, else 0.

    >>> values, real = padded([torch.ones(1, 2), torch.ones(3, 2)])
    >>> values.shape, real[:, 0].tolist()
    (torch.Size([2, 2, 3]), [[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    """
    values = pad_sequence(list(clips), batch_first=True).transpose(1, 2)
    real = torch.arange(values.shape[2]) < lengths(clips)[:, None]  # (clips, longest)
    return values, real[:, None].to(values)


def unpadded(
    values: Float[Tensor, "clips *n longest"], clips: Sequence[Float[Tensor, "_ ..."]]
) -> list[Float[Tensor, "*n _"]]:
    """Each clip's own frames again, in the order of ``clips``, which tell how many there are."""
    return [value[..., : len(clip)] for value, clip in zip(values, clips)]


def lengths(clips: Sequence[Float[Tensor, "_ ..."]]) -> Int[Tensor, " clips"]:
    """How many frames each has."""
    return torch.tensor([len(clip) for clip in clips])


def turned(
    values: Float[Tensor, "*more clips longest n"], lengths: Int[Tensor, " clips"]
) -> Float[Tensor, "*more clips longest n"]:
    """Each clip's own frames from the last to the first; padding stays behind. Its own inverse.

    >>> turned(torch.tensor([[[1.0], [2.0], [0.0]]]), torch.tensor([2])).flatten().tolist()
    [2.0, 1.0, 0.0]
    """
    place = torch.arange(values.shape[-2])
    index = torch.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)
    return torch.take_along_dim(values, index[(None,) * (values.ndim - 3)][..., None], dim=-2)
