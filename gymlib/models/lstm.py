"""The thesis's LSTM: the whole clip, read forwards and backwards."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gymlib.labels import CLASSES
from gymlib.models.recipe import Recipe
from gymlib.skeleton import KEYPOINTS


@dataclass(frozen=True)
class LSTMConfig:
    """Thesis, section 3.4: stacked bi-directional LSTM, one linear layer per frame."""

    hidden: int = 4  # per direction; not in the text, from the authors' code
    layers: int = 2

    def __post_init__(self):
        if self.hidden < 1 or self.layers < 1:
            raise ValueError(
                f"hidden and layers must be positive, found {self.hidden} and {self.layers}"
            )


class ClipLSTM(nn.Module):
    """Classifies every frame of a clip with the whole clip in view, forwards and backwards."""

    def __init__(self, config: LSTMConfig):
        super().__init__()
        self.config = config
        self.lstm = nn.LSTM(
            2 * len(KEYPOINTS),
            config.hidden,
            num_layers=config.layers,
            bidirectional=True,
            batch_first=True,
        )
        self.linear = nn.Linear(2 * config.hidden, len(CLASSES))

    def forward(
        self, keypoints: Float[Tensor, "*clips frames 33 2"]
    ) -> Float[Tensor, "*clips frames 4"]:
        states, _ = self.lstm(keypoints.flatten(-2))  # (..., frames, 66) -> (..., frames, 8)
        return torch.log_softmax(self.linear(states), dim=-1)


RECIPE = Recipe(
    name="lstm",
    title="LSTM",
    module=ClipLSTM,
    config=LSTMConfig(),
    source="Thesis, section 3.4",
    epochs=100,
    quick_epochs=25,
    chance=1,
)
