"""Models on disk: weights as safetensors, the config beside them as JSON; never a pickle."""

from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from gymlib.files.atomic import atomic_path, read_json, write_json
from gymlib.models import registry
from gymlib.models.recipe import config_from_dict


def save(model: nn.Module, path: Path, architecture: str | None = None) -> None:
    """Write ``path`` (.safetensors) with the weights and, beside it, .json with the config.

    Parameters
    ----------
    architecture : its name, in a process that does not know the recipe.
    """
    path, name = Path(path), architecture or registry.architecture(model)
    with atomic_path(path) as temporary:
        save_file(model.state_dict(), temporary)
    write_json(path.with_suffix(".json"), {"architecture": name, "config": asdict(model.config)})


def load(path: Path) -> nn.Module:
    """Read a model written by :func:`save`.

    Raises ValueError, naming the file, if its architecture is unknown or the weights do not fit.
    """
    path = Path(path)
    description = read_json(path.with_suffix(".json"))
    try:
        recipe = registry.recipe(description["architecture"])
        model = recipe.module(config_from_dict(type(recipe.config), description["config"]))
        model.load_state_dict(load_file(path))
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise ValueError(f"{path} does not hold a model of this version: {error}") from error
    return model
