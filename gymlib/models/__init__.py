"""Networks, one file each: config, module and recipe (how it is trained).

Every module takes keypoints (..., 33, 2) and gives log-probabilities of the classes (..., 4). To
add one, write a file like its neighbours here, or call :func:`register` with a recipe.
"""

from gymlib.models.layers import Layer, layers, parameters
from gymlib.models.recipe import Recipe, config_from_dict
from gymlib.models.registry import DEFAULT, architecture, build, names, recipe, register, unregister
from gymlib.models.weights import load, save

__all__ = [
    "DEFAULT", "Layer", "Recipe", "architecture", "build", "config_from_dict", "layers", "load",
    "names", "parameters", "recipe", "register", "save", "unregister",
]  # fmt: skip
