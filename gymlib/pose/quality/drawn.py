"""Do drawn errors look like the estimator's? Asked of videos they were not learnt from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gymlib.pose.quality.accuracy import INCLINATIONS, errors, inclination_class, pck
from gymlib.pose.quality.tracks import inclination
from gymlib.simulation.noise.fit import Pair, fit, states
from gymlib.simulation.noise.model import STATES

FOUND, DRAWN = "BlazePose", "drawn"


def held_out(pairs: Sequence[Pair], videos: Sequence[str]) -> pd.DataFrame:
    """What BlazePose found beside what the errors of all other videos give, on each video.

    Parameters
    ----------
    videos : the video of each pair; at least two different ones.

    Returns
    -------
    Per inclination of the true trunk (rows) and source ("BlazePose", "drawn"): frames, shares of
    the states right, exchanged, wrong and lost, and PCK at 0.2 torso with lost frames as misses.
    """
    rows, rng = [], np.random.default_rng(0)
    for video in dict.fromkeys(videos):
        noise = fit([pair for pair, own in zip(pairs, videos) if own != video])
        for pair, own in zip(pairs, videos):
            if own == video:
                rows += _rows(FOUND, pair)
                rows += _rows(DRAWN, Pair(pair.truth, *noise.see(pair.truth, rng)))
    table = pd.DataFrame(rows)
    groups = table.groupby(["inclination", "source"], sort=False)
    shares = groups[[*STATES, "pck"]].mean()
    shares.insert(0, "frames", groups.size())
    return shares.reindex(pd.MultiIndex.from_product([INCLINATIONS, (FOUND, DRAWN)]))


def _rows(source: str, pair: Pair) -> list[dict]:
    error, found = errors(pair.found, pair.truth, pair.detected), states(pair)
    return [
        {"source": source, "inclination": kind, "pck": pck(own[None])}
        | {name: state == code for code, name in enumerate(STATES)}
        for kind, own, state in zip(inclination_class(inclination(pair.truth)), error, found)
    ]
