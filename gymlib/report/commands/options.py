"""What commands have in common: options, the data set that they mean, notes."""

import sys
from collections.abc import Iterable
from pathlib import Path

from gymlib.dataset import Dataset

WHERE = "X,Y[,SECONDS]"
"""How a place in the picture is written."""


def option(about: str, **settings) -> dict:
    """An option's help and, as argparse's ``add_argument`` takes them, its settings."""
    return {"help": about, **settings}


DATASET = {
    "--dataset": option(
        "simulated, recovered, skeletons, or the name of your folder in data/", default="simulated"
    )
}
PROFILE = {
    "--profile": option(
        "full: as the thesis; quick: a first look in minutes",
        default="full",
        choices=("full", "quick"),
    )
}
LOCAL = {
    "--source": option(
        "a local copy of the recovered skeletons, instead of the download", type=Path
    )
}
CLUSTER = {
    "--cluster": option(
        "a Dask scheduler whose workers train the models, or label the films, one each",
        metavar="tcp://HOST:PORT",
    )
}


def dataset(options, name: str | None = None) -> Dataset:
    """The data set that the options mean, or another one of the same home and profile."""
    name, profile = name or options.dataset, getattr(options, "profile", "full")
    return Dataset(folder_name(name, profile), options.home)


def folder_name(name: str, profile: str) -> str:
    """The data set's folder: the quick profile has a small simulated set of its own.

    >>> folder_name("simulated", "quick"), folder_name("mine", "quick")
    ('simulated-quick', 'mine')
    """
    return "simulated-quick" if (name, profile) == ("simulated", "quick") else name


def tell(notes: Iterable[str]) -> None:
    """Say what the reader should know, beside what a command prints."""
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
