"""A multilayer LSTM that sees how joints and lines of the body lie to each other."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gymlib.features.augmentation import vary
from gymlib.features.geometry import SIZES, relations
from gymlib.labels import CLASSES
from gymlib.models.recipe import Recipe


@dataclass(frozen=True)
class GeometricLSTMConfig:
    """Zhang et al. (2017), section 3: geometric features into three layers of LSTM."""

    # The paper tries each kind alone and finds joint_line_distance the best. Distances are the same
    # upside down, which is a difference in gymnastics, so orientations stand beside them.
    kinds: tuple[str, ...] = ("joint_joint_orientation", "joint_line_distance")
    hidden: int = 48  # per direction; the authors' code has 1024, for 56,000 clips
    layers: int = 3  # as in the paper
    directions: int = 2  # 1 is the paper's; 2 also reads the clip backwards
    dropout: float = 0.2  # between the layers

    def __post_init__(self):
        if not self.kinds or (unknown := set(self.kinds) - set(SIZES)):
            raise ValueError(
                f"kinds must be some of {', '.join(SIZES)}, found "
                f"{', '.join(sorted(unknown)) if self.kinds else 'none'}"
            )
        if min(self.hidden, self.layers) < 1 or not 0 <= self.dropout < 1:
            raise ValueError(f"expected positive sizes and dropout in 0..1, found {self}")
        if self.directions not in (1, 2):
            raise ValueError(f"directions must be 1 or 2, found {self.directions}")


class GeometricLSTM(nn.Module):
    """Classifies every frame of a clip from relations in each frame: no coordinates, no speeds.

    Adapted: the paper reads a clip forwards and answers once, after the last frame, when all of
    it has been seen. Here every frame is answered, and it has the whole clip in view only if the
    clip is read backwards as well.
    """

    def __init__(self, config: GeometricLSTMConfig):
        super().__init__()
        self.config = config
        self.lstm = nn.LSTM(
            sum(SIZES[kind] for kind in config.kinds),
            config.hidden,
            num_layers=config.layers,
            bidirectional=config.directions == 2,
            dropout=config.dropout if config.layers > 1 else 0.0,  # none after the last layer
        )
        self.linear = nn.Linear(config.directions * config.hidden, len(CLASSES))

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 4"]:
        states, _ = self.lstm(relations(keypoints, self.config.kinds))  # (frames, directions * h)
        return torch.log_softmax(self.linear(states), dim=-1)


RECIPE = Recipe(
    name="geometric_lstm",
    title="Geometric LSTM",
    module=GeometricLSTM,
    config=GeometricLSTMConfig(),
    source="Zhang et al. (2017), On Geometric Features, section 3",
    clips=8,
    epochs=40,
    quick_epochs=6,
    optimiser="adamw",
    schedule="one cycle",
    augment=vary,
    space={"learning_rate": (0.002, 0.01)},
)
