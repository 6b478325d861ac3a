"""ASFormer: attention in windows that widen with depth, refined by decoders."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from gymlib.features.augmentation import vary
from gymlib.features.motion import FEATURES, describe
from gymlib.labels import CLASSES
from gymlib.models.mstcn import loss
from gymlib.models.recipe import Recipe


@dataclass(frozen=True)
class ASFormerConfig:
    """Yi et al. (2021), section 3; where it is silent, the authors' code."""

    decoders: int = 2  # 3 in the paper, for videos of some minutes with up to 48 classes
    blocks: int = 6  # per encoder and decoder, 9 in the paper; the widest sees 65 of 78 frames
    channels: int = 48  # 64 in the paper
    bottleneck: int = 2  # queries, keys and values have channels / bottleneck, as in the code
    decay: float = 3.0  # decoder s weighs its attention by exp(-decay s), as in the code
    masking: float = 0.3  # share of features that are hidden from the encoder in training
    dropout: float = 0.2  # at the end of a block; 0.5 in the code

    def __post_init__(self):
        sizes = (self.blocks, self.channels, self.bottleneck)
        if min(sizes) < 1 or min(self.decoders, self.decay) < 0:
            raise ValueError(f"expected positive sizes, decoders and decay from 0, found {self}")
        if self.channels % self.bottleneck:
            raise ValueError(
                f"channels must be a multiple of bottleneck, found {self.channels} and "
                f"{self.bottleneck}"
            )
        if not (0 <= self.masking < 1 and 0 <= self.dropout < 1):
            raise ValueError(
                "masking and dropout must be in 0..1 and below 1, found "
                f"{self.masking} and {self.dropout}"
            )


class ASFormer(nn.Module):
    """Classifies every frame of a clip; each decoder refines the answer of the stage before.

    In training it gives the log-probabilities of all stages, (stages, frames, 4), because each
    is judged. As in the paper no position is encoded: the convolutions know the order of
    frames.

    Adapted: clips are short, so a window is a mask on the scores of all pairs of frames, which
    takes less time than the paper's cutting into pieces.
    """

    def __init__(self, config: ASFormerConfig):
        super().__init__()
        self.config = config
        self.masking = nn.Dropout1d(config.masking)
        self.encoder = _Stage(FEATURES, 1.0, config)
        weights = [math.exp(-config.decay * s) for s in range(config.decoders)]
        self.decoders = nn.ModuleList([_Stage(len(CLASSES), w, config) for w in weights])

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "*stages frames 4"]:
        near = windows(len(keypoints), self.config.blocks)
        seen = self.masking(describe(keypoints).T).T  # (frames, features)
        answer, features = self.encoder(seen, None, near)
        found = [answer]
        for decoder in self.decoders:
            answer, features = decoder(answer.exp(), features, near)
            found.append(answer)
        return torch.stack(found) if self.training else found[-1]


def windows(frames: int, blocks: int) -> list[Bool[Tensor, "{frames} {frames}"]]:
    """Which frames (rows) see which (columns) in each block: 1, 2, 4, ... to either side.

    In the paper a window has 2^i frames in block i = 1, 2, ...; here it has one more, to have the
    frame itself in the middle, and spans what the block's dilated convolution spans.
    """
    times = torch.arange(frames)
    apart = (times[:, None] - times).abs()
    return [apart <= 2**k for k in range(blocks)]


class _Stage(nn.Module):
    """The encoder, or a decoder that is shown the features of the stage before it."""

    def __init__(self, inputs: int, weight: float, config: ASFormerConfig):
        super().__init__()
        self.enter = nn.Linear(inputs, config.channels)
        self.blocks = nn.ModuleList([_Block(2**k, weight, config) for k in range(config.blocks)])
        self.leave = nn.Linear(config.channels, len(CLASSES))

    def forward(
        self,
        x: Float[Tensor, "frames inputs"],
        shown: Float[Tensor, "frames channels"] | None,
        near: list[Bool[Tensor, "frames frames"]],
    ) -> tuple[Float[Tensor, "frames 4"], Float[Tensor, "frames channels"]]:
        x = self.enter(x)
        for block, window in zip(self.blocks, near):
            x = block(x, shown, window)
        return torch.log_softmax(self.leave(x), dim=1), x


class _Block(nn.Module):
    """Dilated convolution, instance normalisation, attention, and two residual sums."""

    def __init__(self, dilation: int, weight: float, config: ASFormerConfig):
        super().__init__()
        width = config.channels
        self.weight = weight  # alpha: 1 in the encoder and the first decoder, then less
        self.dilated = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.attention = _Attention(config)
        self.pointwise = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x: Float[Tensor, "frames channels"],
        shown: Float[Tensor, "frames channels"] | None,
        near: Bool[Tensor, "frames frames"],
    ) -> Float[Tensor, "frames channels"]:
        seen = torch.relu(self.dilated(x.T))  # (channels, frames)
        # Instance normalisation: each channel over the clip; a single frame becomes zeros.
        normal = functional.layer_norm(seen, seen.shape[1:]).T  # (frames, channels)
        attended = self.attention(normal, normal if shown is None else shown, near)
        return x + self.dropout(self.pointwise(self.weight * attended + seen.T))


class _Attention(nn.Module):
    """One head of scaled dot-product attention within a window.

    Values come from ``shown``: of the encoder itself, or for a decoder of the stage before it,
    so that answers decide where to look, not what is seen there. Queries and keys come from the
    block's own ``x`` alone, as in the authors' code and experiments; the paper's text joins the
    encoder's output to it.
    """

    def __init__(self, config: ASFormerConfig):
        super().__init__()
        width, small = config.channels, config.channels // config.bottleneck
        self.query = nn.Linear(width, small)
        self.key = nn.Linear(width, small, bias=False)  # it would shift a frame's scores alike
        self.value = nn.Linear(width, small)
        self.leave = nn.Linear(small, width)

    def forward(
        self,
        x: Float[Tensor, "frames channels"],
        shown: Float[Tensor, "frames channels"],
        near: Bool[Tensor, "frames frames"],
    ) -> Float[Tensor, "frames channels"]:
        query, key, value = self.query(x), self.key(x), self.value(shown)  # (frames, small)
        scores = query @ key.T / math.sqrt(query.shape[1])  # (frames, frames)
        attended = scores.masked_fill(~near, -torch.inf).softmax(dim=1) @ value
        return self.leave(torch.relu(attended))


RECIPE = Recipe(
    name="asformer",
    title="ASFormer",
    module=ASFormer,
    config=ASFormerConfig(),
    source="Yi et al. (2021), arXiv:2110.08568, section 3",
    clips=8,
    epochs=16,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    loss=loss,
    augment=vary,
    space={"learning_rate": (0.001, 0.003)},
)
