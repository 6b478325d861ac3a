"""ED-TCN: an encoder that pools time and a decoder that brings every frame back."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from gymlib.features.augmentation import vary
from gymlib.features.motion import FEATURES, describe
from gymlib.labels import CLASSES
from gymlib.models.recipe import Recipe

EPSILON = 1e-5
"""Keeps frames without any activation at zero (Lea et al. 2017, section 4, normalised ReLU)."""


@dataclass(frozen=True)
class EDTCNConfig:
    """Lea et al. (2017), section 3.1. The authors' setting on 50 Salads is 64 and 96 filters
    (32 + 32 l in layer l) of 25 frames."""

    filters: tuple[int, ...] = (64, 96)  # of the encoder's layers; the decoder's reversed
    # d, in frames. With two layers the encoder sees 3 d + 1 frames: 46, about 1.5 s, of clips of
    # 78, where the authors' 25 would see a whole clip in each step.
    duration: int = 15
    dropout: float = 0.3  # of whole filters, as in the authors' code

    def __post_init__(self):
        if not self.filters or min(self.filters) < 1 or not 0 <= self.dropout < 1:
            raise ValueError(
                f"expected at least one layer, filters above 0 and dropout in 0..1, found {self}"
            )
        if self.duration < 1 or self.duration % 2 == 0:
            raise ValueError(
                "duration must be an odd number of frames, to reach as far back as ahead, "
                f"found {self.duration}"
            )


class EDTCN(nn.Module):
    """Classifies every frame of a clip from a coarse view of what happens around it.

    Adapted: a clip whose length is not divisible by 2 in each pooling is lengthened by repeating
    its last frame, where the authors pad to the longest video and mask; filters look as far back
    as ahead (acausal, section 3.4), because labels are wanted after the clip has ended.
    """

    def __init__(self, config: EDTCNConfig):
        super().__init__()
        self.config = config
        up, down = config.filters, config.filters[::-1]  # fine to coarse, coarse to fine
        self.encoder = nn.ModuleList([_Layer(*sizes, config) for sizes in zip((FEATURES, *up), up)])
        self.decoder = nn.ModuleList(
            [_Layer(*sizes, config) for sizes in zip((up[-1], *down), down)]
        )
        self.leave = nn.Conv1d(up[0], len(CLASSES), 1)  # U and c of equation 2

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 4"]:
        x = describe(keypoints).T  # (features, frames)
        missing = -len(keypoints) % 2 ** len(self.encoder)
        x = self.decode(self.encode(functional.pad(x, (0, missing), mode="replicate")))
        return torch.log_softmax(self.leave(x)[:, : len(keypoints)].T, dim=-1)

    def encode(self, x: Float[Tensor, "features frames"]) -> Float[Tensor, "channels steps"]:
        """Convolve, activate, take the larger of two steps: half as many in each layer."""
        for layer in self.encoder:
            x = functional.max_pool1d(layer(x), 2)
        return x

    def decode(self, x: Float[Tensor, "channels steps"]) -> Float[Tensor, "filters frames"]:
        """Repeat every step, convolve, activate: twice as many in each layer."""
        for layer in self.decoder:
            x = layer(x.repeat_interleave(2, dim=1))
        return x


class _Layer(nn.Module):
    """Equation 1: filters of ``duration`` frames and the normalised ReLU."""

    def __init__(self, inputs: int, filters: int, config: EDTCNConfig):
        super().__init__()
        self.conv = nn.Conv1d(inputs, filters, config.duration, padding=config.duration // 2)
        self.dropout = nn.Dropout1d(config.dropout)

    def forward(self, x: Float[Tensor, "inputs steps"]) -> Float[Tensor, "filters steps"]:
        return normalised_relu(self.dropout(self.conv(x)))


def normalised_relu(x: Float[Tensor, "channels steps"]) -> Float[Tensor, "channels steps"]:
    """ReLU divided by its largest channel in each step (Lea et al. 2017, section 4)."""
    x = torch.relu(x)
    return x / (x.amax(dim=0, keepdim=True) + EPSILON)


RECIPE = Recipe(
    name="ed_tcn",
    title="ED-TCN",
    module=EDTCN,
    config=EDTCNConfig(),
    source="Lea et al. (2017), arXiv:1611.05267, section 3.1",
    clips=8,
    epochs=16,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    augment=vary,
    space={"learning_rate": (0.001, 0.004)},
)
