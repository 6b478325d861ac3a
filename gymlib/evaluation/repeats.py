"""The protocol more than once: with other seeds, and with whole videos left out."""

from typing import NamedTuple

import pandas as pd

from gymlib.dataset import Dataset
from gymlib.evaluation import nested_cv
from gymlib.evaluation.protocol import Protocol
from gymlib.files.atomic import read_json, write_json
from gymlib.files.tables import read_table

LIST = "repeats.json"
SPLITS = {"clips": "folds of clips", "videos": "whole videos left out"}
"""The two ways of splitting, and what readers are told of them."""


class Repeats(NamedTuple):
    """Predictions of every run of a protocol."""

    seeds: list[pd.DataFrame]
    """One table per seed, that of the protocol itself first."""
    videos: pd.DataFrame | None
    """With whole videos left out; None where there are too few of them."""

    @property
    def by_split(self) -> dict[str, list[pd.DataFrame]]:
        """Key of :data:`SPLITS` -> its tables, one per seed; without a split that was not run."""
        videos = {} if self.videos is None else {"videos": [self.videos]}
        return {"clips": self.seeds} | videos


def run(data: Dataset, protocol: Protocol, seeds: int = 1, cluster: str | None = None) -> list[str]:
    """Run what :func:`nested_cv.run` has not done yet; returns sentences on what was left out.

    Which runs belong together is noted in the protocol's folder, repeats.json.

    Parameters
    ----------
    seeds : how many times the protocol runs with folds of its own kind, the first included.
        Results of more seeds than asked for stay, and are not counted.
    cluster : see :func:`nested_cv.run`.
    """
    clips, notes = data.processed, []
    wanted = [protocol.seeded(protocol.seed + k) for k in range(seeds)]
    videos = len({clip.video for clip in clips})
    trained_on = videos - -(-videos // protocol.outer)  # in the outer fold with the fewest
    if videos >= protocol.outer and trained_on >= protocol.inner:
        wanted.append(protocol.by_video())
    else:
        notes.append(
            f"{videos} videos are too few to leave whole ones out in {protocol.outer} outer "
            f"folds of {protocol.inner} inner ones."
        )
    for rules in wanted:
        nested_cv.run(clips, rules, data.results(rules.name), cluster=cluster)
    names = [rules.name for rules in wanted]
    write_json(
        data.results(protocol.name) / LIST, {"seeds": names[:seeds], "videos": names[seeds:]}
    )
    return notes


def count(data: Dataset, protocol: Protocol) -> int:
    """Seeds of the last run; 1 before any."""
    return len([name for name in names(data, protocol) if name != protocol.by_video().name])


def names(data: Dataset, protocol: Protocol) -> list[str]:
    """Names of the runs that belong together; the protocol's own before others were made."""
    file = data.results(protocol.name) / LIST
    noted = read_json(file) if file.is_file() else {"seeds": [protocol.name], "videos": []}
    return [*noted["seeds"], *noted["videos"]]


def read(data: Dataset, protocol: Protocol) -> Repeats:
    """The predictions of all runs. Raises MissingFileError if notebook 06 was not run."""

    def table(name: str) -> pd.DataFrame:
        return read_table(data.results(name) / "predictions.parquet")

    apart = protocol.by_video().name
    known = names(data, protocol)
    seeds = [table(name) for name in known if name != apart]
    return Repeats(seeds, table(apart) if apart in known else None)
