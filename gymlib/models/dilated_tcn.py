"""Dilated TCN: blocks of ever wider dilated convolutions, summed (WaveNet for labels)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gymlib.features.augmentation import vary
from gymlib.features.motion import FEATURES, describe
from gymlib.labels import CLASSES
from gymlib.models.ed_tcn import normalised_relu
from gymlib.models.recipe import Recipe


def gated(x: Float[Tensor, "channels frames"]) -> Float[Tensor, "channels frames"]:
    """WaveNet's gate; as in the authors' code one convolution is both signal and gate."""
    return torch.tanh(x) * torch.sigmoid(x)


ACTIVATIONS = {"gated": gated, "rectified": normalised_relu}
"""Two of those that Lea et al. (2017), section 4, compare."""


@dataclass(frozen=True)
class DilatedTCNConfig:
    """Lea et al. (2017), section 3.2."""

    blocks: int = 2  # B; the authors' best on 50 Salads is 4
    layers: int = 5  # L per block, as theirs: a frame sees B (2^L - 1) = 62 to either side
    filters: int = 64  # F_w, the same in all layers; the authors' 128 changes little (3.3)
    activation: str = "gated"  # f in equation 3
    dropout: float = 0.3  # of whole filters, as in the authors' code

    def __post_init__(self):
        if min(self.blocks, self.layers, self.filters) < 1 or not 0 <= self.dropout < 1:
            raise ValueError(f"expected positive sizes and dropout in 0..1, found {self}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(
                f"activation must be one of {', '.join(ACTIVATIONS)}, found {self.activation!r}"
            )


class DilatedTCN(nn.Module):
    """Classifies every frame of a clip from what it sees at many distances in time.

    Adapted: a pointwise layer brings the features to the filters of the blocks, S^(1,0), which
    the paper leaves open; dilations are 1 to 2^(L-1), which gives the reach of the paper's
    B 2^L less one frame in each block; acausal (equation 7), because labels are wanted after
    the clip has ended.
    """

    def __init__(self, config: DilatedTCNConfig):
        super().__init__()
        self.config = config
        width = config.filters
        self.enter = nn.Conv1d(FEATURES, width, 1)
        self.blocks = nn.ModuleList([_block(config) for _ in range(config.blocks)])
        self.latent = nn.Conv1d(width, width, 1)  # V_r and e_r
        self.leave = nn.Conv1d(width, len(CLASSES), 1)  # U and c

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 4"]:
        x, skipped = self.enter(describe(keypoints).T), []  # (filters, frames)
        for block in self.blocks:
            x = block(x)
            skipped.append(x)
        z = torch.relu(torch.stack(skipped).sum(dim=0))  # equation 5, the skip connections
        z = torch.relu(self.latent(z))
        return torch.log_softmax(self.leave(z).T, dim=-1)  # equation 6


def _block(config: DilatedTCNConfig) -> nn.Sequential:
    return nn.Sequential(*[_Layer(2**k, config) for k in range(config.layers)])


class _Layer(nn.Module):
    """One step before, the current one and one after, and the residual: equations 7 and 4."""

    def __init__(self, dilation: int, config: DilatedTCNConfig):
        super().__init__()
        width = config.filters
        self.dilated = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)  # W and b
        self.residual = nn.Conv1d(width, width, 1)  # V and e
        self.dropout = nn.Dropout1d(config.dropout)
        self.activation = ACTIVATIONS[config.activation]

    def forward(self, x: Float[Tensor, "filters frames"]) -> Float[Tensor, "filters frames"]:
        return x + self.residual(self.activation(self.dropout(self.dilated(x))))


RECIPE = Recipe(
    name="dilated_tcn",
    title="Dilated TCN",
    module=DilatedTCN,
    config=DilatedTCNConfig(),
    source="Lea et al. (2017), arXiv:1611.05267, section 3.2",
    clips=8,
    epochs=16,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    augment=vary,
    space={"learning_rate": (0.002, 0.006)},
)
