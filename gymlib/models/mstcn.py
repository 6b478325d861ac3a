"""A multi-stage temporal CNN that sees how a body is held and moves, not where it is."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from gymlib.features.augmentation import vary
from gymlib.features.motion import FEATURES, describe
from gymlib.labels import CLASSES
from gymlib.models.padding import padded, unpadded
from gymlib.models.recipe import Recipe


@dataclass(frozen=True)
class MSTCNConfig:
    """Farha and Gall (2019), section 3: stages of dilated convolutions, each refining the last."""

    stages: int = 3
    layers: int = 6  # dilations 1 to 32: a frame sees 63 to either side in each stage
    channels: int = 48
    dropout: float = 0.2

    def __post_init__(self):
        if min(self.stages, self.layers, self.channels) < 1 or not 0 <= self.dropout < 1:
            raise ValueError(f"expected positive sizes and dropout in 0..1, found {self}")


class MSTCN(nn.Module):
    """Classifies every frame of a clip; each stage sees the probabilities of the one before.

    In training it gives the log-probabilities of all stages, (stages, frames, 4), because each
    is judged.
    """

    def __init__(self, config: MSTCNConfig):
        super().__init__()
        self.config = config
        inputs = [FEATURES] + [len(CLASSES)] * (config.stages - 1)
        self.stages = nn.ModuleList([Stage(size, len(CLASSES), config) for size in inputs])

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "*stages frames 4"]:
        return self.forward_clips([keypoints])[0]

    def forward_clips(
        self, clips: list[Float[Tensor, "_ 33 2"]]
    ) -> list[Float[Tensor, "*stages _ 4"]]:
        """Several clips in one pass."""
        seen, real = padded([describe(keypoints) for keypoints in clips])
        found = []  # of every stage (clips, 4, longest)
        for stage in self.stages:
            found.append(torch.log_softmax(stage(seen, real), dim=1))
            seen = found[-1].exp()
        answers = torch.stack(found, dim=1) if self.training else found[-1]
        return [answer.transpose(-1, -2) for answer in unpadded(answers, clips)]


class Stage(nn.Module):
    """Single-stage TCN (Farha and Gall 2019, section 3.1), with dropout of its inputs."""

    def __init__(self, inputs: int, outputs: int, config: MSTCNConfig):
        super().__init__()
        self.enter = nn.Conv1d(inputs, config.channels, 1)
        self.layers = nn.ModuleList([_Layer(2**k, config) for k in range(config.layers)])
        self.leave = nn.Conv1d(config.channels, outputs, 1)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, x: Float[Tensor, "clips inputs frames"], real: Float[Tensor, "clips 1 frames"]
    ) -> Float[Tensor, "clips outputs frames"]:
        x = self.dropout(self.enter(x))
        for layer in self.layers:
            x = layer(x * real)
        return self.leave(x)


class _Layer(nn.Module):
    """Dilated residual layer: Farha and Gall (2019), equations 2 and 3."""

    def __init__(self, dilation: int, config: MSTCNConfig):
        super().__init__()
        self.dilated = nn.Conv1d(
            config.channels, config.channels, 3, padding=dilation, dilation=dilation
        )
        self.pointwise = nn.Conv1d(config.channels, config.channels, 1)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, x: Float[Tensor, "clips channels frames"]
    ) -> Float[Tensor, "clips channels frames"]:
        return x + self.dropout(self.pointwise(torch.relu(self.dilated(x))))


SMOOTHING, TRUNCATED, WEIGHT = 0.05, 4.0, 0.15


def loss(found: Float[Tensor, "*stages frames 4"], labels: Int[Tensor, " frames"]) -> Tensor:
    """Cross-entropy of every stage and a price for answers that change from frame to frame.

    The price is the truncated mean squared difference of log-probabilities (Farha and Gall 2019,
    equations 8 to 11); labels are smoothed, since their borders are a matter of opinion.
    """
    total = torch.zeros(())
    for stage in found.reshape(-1, *found.shape[-2:]):
        total = total + functional.cross_entropy(stage, labels, label_smoothing=SMOOTHING)
        if len(stage) > 1:
            change = (stage[1:] - stage[:-1].detach()).clamp(-TRUNCATED, TRUNCATED)
            total = total + WEIGHT * change.square().mean()
    return total


RECIPE = Recipe(
    name="mstcn",
    title="MS-TCN",
    module=MSTCN,
    config=MSTCNConfig(),
    source="Farha and Gall (2019), MS-TCN, section 3",
    clips=8,
    epochs=16,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    loss=loss,
    augment=vary,
    space={"learning_rate": (0.002, 0.006)},
)
