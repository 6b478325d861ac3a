"""The thesis's CNN: one frame, seen as a small picture."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gymlib.labels import CLASSES
from gymlib.models.recipe import Recipe

LAYOUTS = ("xy", "interleaved")


@dataclass(frozen=True)
class CNNConfig:
    """Thesis, section 3.3: two 2x2 convolutions with padding 1, each with a 2x2 max-pool."""

    filters: tuple[int, int] = (8, 64)  # of the two convolutions
    # "xy": row 0 holds x, row 1 holds y of keypoints 0 to 32. "interleaved": the authors' code,
    # x0, y0, x1, ... cut into two rows of 33, so the rows are not x and y.
    layout: str = "xy"

    def __post_init__(self):
        if self.layout not in LAYOUTS:
            raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}, found {self.layout!r}")
        if len(self.filters) != 2 or min(self.filters) < 1:
            raise ValueError(f"filters must be two positive numbers, found {self.filters}")


class FrameCNN(nn.Module):
    """Classifies one frame, seen as a 2 x 33 picture with one channel.

    The second convolution has stride 1: with the stride 2 of the text its map would be 1 x 9,
    which a 2 x 2 pool cannot take.
    """

    def __init__(self, config: CNNConfig):
        super().__init__()
        self.config = config
        first, second = config.filters
        self.conv1 = nn.Conv2d(1, first, kernel_size=2, padding=1)
        self.conv2 = nn.Conv2d(first, second, kernel_size=2, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.linear = nn.Linear(second * 9, len(CLASSES))  # 576 -> 4 with 64 filters

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 4"]:
        image = as_image(keypoints, self.config.layout)  # (frames, 1, 2, 33)
        maps = self.pool(torch.relu(self.conv1(image)))  # (frames, 8, 3, 34) -> (frames, 8, 1, 17)
        maps = self.pool(torch.relu(self.conv2(maps)))  # (frames, 64, 2, 18) -> (frames, 64, 1, 9)
        return torch.log_softmax(self.linear(maps.flatten(1)), dim=-1)


def as_image(
    keypoints: Float[Tensor, "frames 33 2"], layout: str
) -> Float[Tensor, "frames 1 2 33"]:
    """A frame's keypoints as the CNN's one-channel picture of 2 rows and 33 columns."""
    if layout == "interleaved":
        return keypoints.reshape(-1, 1, 2, 33)  # x0 y0 x1 ... x16 | y16 x17 ... y32
    return keypoints.transpose(1, 2).unsqueeze(1)  # (frames, 33, 2) -> (frames, 1, 2, 33)


RECIPE = Recipe(
    name="cnn",
    title="CNN",
    module=FrameCNN,
    config=CNNConfig(),
    source="Thesis, section 3.3",
    batch=64,
    epochs=150,
    quick_epochs=12,
    chance=0,
)
