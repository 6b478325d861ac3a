"""ST-GCN: convolutions over the graph of the body and over time, in turn."""

import itertools
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gymlib.features.augmentation import vary
from gymlib.features.joints import BONES, JOINTS, joints
from gymlib.labels import CLASSES
from gymlib.models.recipe import Recipe

SUBSETS = ("root", "centripetal", "centrifugal")
"""Of a joint's neighbourhood: itself, neighbours nearer to the centre of the body, and further."""


@dataclass(frozen=True)
class STGCNConfig:
    """Yan et al. (2018), arXiv:1801.07455, section 3.6."""

    # Of the units. The paper's are (64, 64, 64, 128, 128, 128, 256, 256, 256), for 240,000 clips.
    channels: tuple[int, ...] = (24, 24, 48, 48)
    kernel: int = 9  # frames of a temporal convolution, Gamma in the paper
    dropout: float = 0.2  # after each unit; the paper's 0.5 is for many more channels

    def __post_init__(self):
        if not self.channels or min(*self.channels, self.kernel) < 1 or not 0 <= self.dropout < 1:
            raise ValueError(f"expected positive sizes and dropout in 0..1, found {self}")
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel must be odd, so that it has a middle; found {self.kernel}")

    @property
    def dilations(self) -> tuple[int, ...]:
        """Frames between the taps of each unit's temporal convolution.

        Where channels grow, the paper's convolution leaves out every other frame, and those after
        it reach twice as far. Each frame needs an answer, so none is left out here, and those
        after it are dilated instead: the same reach (Yu and Koltun 2016).
        """
        grown = [after > before for before, after in itertools.pairwise(self.channels)]
        return (1, *(2 ** sum(grown[:k]) for k in range(len(grown))))


class STGCN(nn.Module):
    """Classifies every frame by the graph that the joints of the clip make in space and time.

    Adapted: the paper averages the features of all joints and frames and gives one answer; here
    all joints of a frame are averaged and each frame has its own. No stride, but dilation. Joints
    have two coordinates and no confidence; torso lengths take the place of the batch normalisation
    at the entrance. The other ones take mean and spread from the clip at hand, afterwards as in
    training: a step sees one clip at a time, and averages over many clips suit none of them.
    """

    def __init__(self, config: STGCNConfig):
        super().__init__()
        self.config = config
        sizes = (2, *config.channels)
        self.units = nn.ModuleList(
            _Unit(inputs, outputs, dilation, config)
            for (inputs, outputs), dilation in zip(itertools.pairwise(sizes), config.dilations)
        )
        self.leave = nn.Linear(sizes[-1], len(CLASSES))

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 4"]:
        x = joints(keypoints).permute(2, 0, 1)[
            None
        ]  # (frames, joints, 2) -> (1, 2, frames, joints)
        for unit in self.units:
            x = unit(x)
        x = x[0].mean(dim=2).T  # (1, channels, frames, joints) -> (frames, channels)
        return torch.log_softmax(self.leave(x), dim=-1)


class GraphConvolution(nn.Module):
    """Spatial graph convolution: section 3.2, with the partition of section 3.3.

    A joint receives the mean of each subset of its neighbourhood, with the subset's own weights;
    each bone counts by a learnt importance (section 3.4), 1 at first.
    """

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.register_buffer("graph", partition())
        self.importance = nn.Parameter(torch.ones_like(self.graph))
        self.weights = nn.Conv2d(inputs, len(SUBSETS) * outputs, 1)

    def forward(
        self, x: Float[Tensor, "1 inputs frames 17"]
    ) -> Float[Tensor, "1 outputs frames 17"]:
        x = self.weights(x).unflatten(1, (len(SUBSETS), -1))  # (1, subsets, outputs, frames, 17)
        return torch.einsum("bkctj,kij->bcti", x, self.graph * self.importance)


class _Unit(nn.Module):
    """One ST-GCN unit: over the graph, over time, and past both (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, dilation: int, config: STGCNConfig):
        super().__init__()
        reach = dilation * (config.kernel // 2)
        self.space = GraphConvolution(inputs, outputs)
        self.time = nn.Sequential(
            _normalise(outputs),
            nn.ReLU(),
            nn.Conv2d(
                outputs, outputs, (config.kernel, 1), padding=(reach, 0), dilation=(dilation, 1)
            ),
            _normalise(outputs),
            nn.Dropout(config.dropout),
        )
        self.past = nn.Identity()
        if inputs != outputs:
            self.past = nn.Sequential(nn.Conv2d(inputs, outputs, 1), _normalise(outputs))

    def forward(
        self, x: Float[Tensor, "1 inputs frames 17"]
    ) -> Float[Tensor, "1 outputs frames 17"]:
        return torch.relu(self.time(self.space(x)) + self.past(x))


def _normalise(channels: int) -> nn.GroupNorm:
    """Each channel over all frames and joints of a clip: batch normalisation of a batch of one."""
    return nn.GroupNorm(channels, channels)


def partition() -> Float[Tensor, "3 17 17"]:
    """Weight of joint j (last axis) for joint i in each of the :data:`SUBSETS` of its neighbours.

    Each subset's weights sum to 1, or to 0 where it is empty: the paper divides by the number of
    joints in a subset (Z in its equation of the graph convolution). Its symmetric form with the
    degrees' square roots suits no one-way graph, as the last two are; its code, too, leaves that.
    """
    graph = torch.zeros(len(SUBSETS), len(JOINTS), len(JOINTS))
    graph[0] = torch.eye(len(JOINTS))
    for nearer, further in BONES:
        graph[1, further, nearer] = 1
        graph[2, nearer, further] = 1
    return graph / graph.sum(dim=2, keepdim=True).clamp(min=1)


RECIPE = Recipe(
    name="st_gcn",
    title="ST-GCN",
    module=STGCN,
    config=STGCNConfig(),
    source="Yan et al. (2018), arXiv:1801.07455, sections 3.2 to 3.6",
    clips=8,
    epochs=16,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    augment=vary,
    space={"learning_rate": (0.003, 0.01)},
)
