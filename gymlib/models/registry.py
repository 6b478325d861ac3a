"""All recipes by name: those of the files in this folder, and those registered by hand."""

import importlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from torch import nn

from gymlib.models.recipe import Recipe

DEFAULT = "gymtcn"
"""The architecture that labels strangers' videos."""

_added: dict[str, Recipe] = {}


@cache
def _shipped() -> dict[str, Recipe]:
    """The ``RECIPE`` of every module of :mod:`gymlib.models` that has one, by file name."""
    files = sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py"))
    modules = [importlib.import_module(f"gymlib.models.{name}") for name in files]
    found = [module.RECIPE for module in modules if hasattr(module, "RECIPE")]
    return {recipe.name: recipe for recipe in found}


def names() -> list[str]:
    """Names of all known architectures."""
    return [*_shipped(), *_added]


def recipe(name: str) -> Recipe:
    """The recipe of that name. Raises ValueError, listing the known ones, if there is none."""
    known = _shipped() | _added
    if name not in known:
        raise ValueError(
            f"no architecture is called {name!r}; known are {', '.join(known)}. A new one is a "
            "file in gymlib/models or a call of models.register"
        )
    return known[name]


def register(new: Recipe) -> Recipe:
    """Make ``new`` known under its name, in this process; registering again replaces it.

    Raises ValueError if the name is that of an architecture shipped with the package.
    """
    if new.name in _shipped():
        raise ValueError(
            f"{new.name!r} is an architecture of gymlib; give your own recipe another name"
        )
    _added[new.name] = new
    return new


def unregister(name: str) -> None:
    """Forget a recipe that was registered; an unknown name is no error."""
    _added.pop(name, None)


def architecture(model: nn.Module) -> str:
    """Name of the architecture that ``model`` belongs to.

    Raises ValueError if no recipe has its module.
    """
    for name in names():
        if type(model) is recipe(name).module:
            return name
    raise ValueError(
        f"{type(model).__name__} belongs to no known architecture; call models.register first"
    )


def build(config, seed: int) -> nn.Module:
    """A model of the shipped architecture that ``config`` belongs to, drawn from ``seed``."""
    own = next((r for r in _shipped().values() if type(r.config) is type(config)), None)
    if own is None:
        raise ValueError(f"no architecture of gymlib has settings of type {type(config).__name__}")
    return replace(own, config=config).build(seed)
