"""Ours: a multi-stage temporal CNN that knows gaps, measures heights from near ground, and borders.

What the best published networks share with what these data need. Every part can be left out by
its setting, which is how notebook 08 measures what each is worth.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from gymlib.features import gaps
from gymlib.features.augmentation import vary_gaps
from gymlib.features.motion import FEATURES, describe
from gymlib.labels import CLASSES
from gymlib.models import mstcn
from gymlib.models.mstcn import MSTCNConfig, Stage
from gymlib.models.padding import padded, unpadded
from gymlib.models.recipe import Recipe


@dataclass(frozen=True)
class GymTCNConfig(MSTCNConfig):
    """Stages as of Farha and Gall (2019); what is added."""

    mask: bool = True  # it is told which frames had no pose
    near: bool = True  # heights are measured from the ground nearby, not from that of the start
    borders: bool = True  # it also says where a label begins, and later stages see that

    @property
    def inputs(self) -> int:
        """Features per frame."""
        return FEATURES + self.mask

    @property
    def outputs(self) -> int:
        """What every stage says of a frame."""
        return len(CLASSES) + self.borders


class GymTCN(nn.Module):
    """Classifies every frame of a clip, those without a pose too.

    In training it gives what all stages say: log-probabilities and, if ``borders``, the log-odds
    that a label begins, (stages, frames, 4 or 5).
    """

    def __init__(self, config: GymTCNConfig):
        super().__init__()
        self.config = config
        inputs = [config.inputs] + [config.outputs] * (config.stages - 1)
        self.stages = nn.ModuleList([Stage(size, config.outputs, config) for size in inputs])

    def forward(self, keypoints: Float[Tensor, "frames _ 2"]) -> Float[Tensor, "*stages frames _"]:
        return self.forward_clips([keypoints])[0]

    def forward_clips(
        self, clips: list[Float[Tensor, "_ _ 2"]]
    ) -> list[Float[Tensor, "*stages _ _"]]:
        """Several clips in one pass."""
        seen, real = padded([self._features(keypoints) for keypoints in clips])
        found = []
        for stage in self.stages:
            said = stage(seen, real)
            labels, border = said.split([len(CLASSES), said.shape[1] - len(CLASSES)], dim=1)
            labels = torch.log_softmax(labels, dim=1)
            found.append(torch.cat([labels, border], dim=1))
            seen = torch.cat([labels.exp(), border.sigmoid()], dim=1)
        answers = torch.stack(found, dim=1) if self.training else found[-1][:, : len(CLASSES)]
        return [answer.transpose(-1, -2) for answer in unpadded(answers, clips)]

    def _features(self, keypoints) -> Float[Tensor, "frames features"]:
        features = describe(gaps.filled(keypoints), self.config.near)
        if not self.config.mask:
            return features
        return torch.cat([features, gaps.posed(keypoints)[:, None].to(features)], dim=1)


WEIGHT, RARE = 0.5, 5.0
"""Of the borders' loss beside that of the labels, and of a border beside a frame without one."""


def loss(said: Float[Tensor, "stages frames _"], labels: Int[Tensor, " frames"]) -> Tensor:
    """:func:`gymlib.models.mstcn.loss`, and how well each stage finds where labels begin.

    Binary cross-entropy (Ishikawa et al. 2021, ASRF, section 3.3). A border is worth 1 in the first
    frame of a label and .6 in those beside it.
    """
    total = mstcn.loss(said[..., : len(CLASSES)], labels)
    if said.shape[-1] == len(CLASSES):
        return total
    begins = functional.pad((labels[1:] != labels[:-1]).to(said), (1, 0))
    near = functional.max_pool1d(begins[None], 3, stride=1, padding=1)[0]
    target = (0.4 * begins + 0.6 * near).expand(len(said), -1)
    rare = torch.tensor(RARE)
    missed = functional.binary_cross_entropy_with_logits(said[..., -1], target, pos_weight=rare)
    return total + WEIGHT * len(said) * missed


RECIPE = Recipe(
    name="gymtcn",
    title="GymTCN",
    module=GymTCN,
    config=GymTCNConfig(),
    source="This project: Farha and Gall (2019), Ishikawa et al. (2021), and gaps",
    clips=8,
    epochs=16,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    gaps=True,
    loss=loss,
    augment=vary_gaps,
    space={"learning_rate": (0.002, 0.006)},
)


def without() -> list[Recipe]:
    """The recipe with one part left out in turn, to see what each is worth."""
    settings = {
        "the mask of gaps": {"mask": False},
        "the ground nearby": {"near": False},
        "the loss of borders": {"borders": False},
        "refining stages": {"stages": 1},
    }
    found = {part: {"config": replace(RECIPE.config, **left)} for part, left in settings.items()}
    found["varied clips"] = {"augment": None}
    return [
        replace(RECIPE, name=f"gymtcn_{number}", title=f"without {part}", **left)
        for number, (part, left) in enumerate(found.items(), start=1)
    ]
