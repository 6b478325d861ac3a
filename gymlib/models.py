"""The two networks of the thesis: a CNN on single frames, an LSTM on whole clips.

Both take keypoints as (..., 33, 2) and give log-probabilities of the four classes (..., 4),
so that training and prediction need not know which one they hold.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from gymlib import io
from gymlib.labels import CLASSES
from gymlib.skeleton import KEYPOINTS

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


MODELS = {"cnn": (FrameCNN, CNNConfig), "lstm": (ClipLSTM, LSTMConfig)}
"""Architecture name -> (module, config), the names used in every table."""


def as_image(
    keypoints: Float[Tensor, "frames 33 2"], layout: str
) -> Float[Tensor, "frames 1 2 33"]:
    """A frame's keypoints as the CNN's one-channel picture of 2 rows and 33 columns."""
    if layout == "interleaved":
        return keypoints.reshape(-1, 1, 2, 33)  # x0 y0 x1 ... x16 | y16 x17 ... y32
    return keypoints.transpose(1, 2).unsqueeze(1)  # (frames, 33, 2) -> (frames, 1, 2, 33)


def architecture(config: CNNConfig | LSTMConfig) -> str:
    """The name ("cnn" or "lstm") of the architecture that ``config`` belongs to."""
    return next(name for name, (_, kind) in MODELS.items() if isinstance(config, kind))


def build(config: CNNConfig | LSTMConfig, seed: int) -> nn.Module:
    """A model with PyTorch's default initial weights drawn from ``seed``; global state is kept."""
    module, _ = MODELS[architecture(config)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return module(config)


def from_dict(kind: type, settings: dict):
    """A config read from JSON, which knows lists but no tuples: the inverse of ``asdict``."""
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()})


def parameters(model: nn.Module) -> int:
    """Number of trained numbers."""
    return sum(weights.numel() for weights in model.parameters())


class Layer(NamedTuple):
    """One layer as it is called: its name, the shape it gives, its trained numbers."""

    name: str
    output: tuple[int, ...]
    parameters: int


def layers(model: nn.Module, frames: int) -> list[Layer]:
    """The layers in the order in which a clip of ``frames`` frames passes them.

    A layer called twice (the pool) stands twice; its parameters are counted each time.
    """
    found = []

    def note(name):
        def hook(module, inputs, output):
            result = output[0] if isinstance(output, tuple) else output
            found.append(Layer(name, tuple(result.shape), parameters(module)))

        return hook

    hooks = [child.register_forward_hook(note(name)) for name, child in model.named_children()]
    with torch.no_grad():
        model(torch.zeros(frames, len(KEYPOINTS), 2))
    for hook in hooks:
        hook.remove()
    return found


def save(model: nn.Module, path: Path) -> None:
    """Write ``path`` (.safetensors) with the weights and, beside it, .json with the config."""
    path = Path(path)
    with io.atomic_path(path) as temporary:
        save_file(model.state_dict(), temporary)
    description = {"architecture": architecture(model.config), "config": asdict(model.config)}
    io.write_json(path.with_suffix(".json"), description)


def load(path: Path) -> nn.Module:
    """Read a model written by :func:`save`.

    Raises ValueError, naming the file, if the config is unknown or the weights do not fit it.
    """
    path = Path(path)
    description = io.read_json(path.with_suffix(".json"))
    try:
        module, config = MODELS[description["architecture"]]
        model = module(from_dict(config, description["config"]))
        model.load_state_dict(load_file(path))
    except (KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ValueError(f"{path} does not hold a model of this version: {error}") from error
    return model
