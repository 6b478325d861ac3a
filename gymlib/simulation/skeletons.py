"""Training data without pictures: simulated skeletons as BlazePose could have seen them.

The movement, the camera and the annotators are those of the simulated videos; what the estimator
would make of them is drawn from errors learnt there (:mod:`gymlib.simulation.noise`).
"""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib.dataset import schemas
from gymlib.files import lock
from gymlib.files.atomic import atomic_path, sweep, write_json
from gymlib.files.cache import Step
from gymlib.files.processes import available_processors, side_by_side
from gymlib.files.progress import progress
from gymlib.files.tables import write_table
from gymlib.simulation import clip as filming
from gymlib.simulation.annotators import ANNOTATORS, annotate, with_kinds
from gymlib.simulation.clip import Planned
from gymlib.simulation.generate import keypoint_table, write_clips, write_labels
from gymlib.simulation.noise.model import FITTED, PoseNoise
from gymlib.simulation.plan import many
from gymlib.skeleton import INDEX

CLIPS = 2000
RATE = 60.0
"""Moments a second at which movements are computed: half as many as for films, twice as fast."""


def make(folder: Path, clips: int = CLIPS, seed: int = 0, processes: int | None = None) -> None:
    """Write the data set into ``folder``; what is done stays, a video at a time.

    Raises lock.BusyError if another run is writing to the folder.
    """
    folder = Path(folder)
    videos = [list(own) for _, own in groupby(many(clips, seed), lambda c: c.session.video)]
    names = ["clips.csv", "keypoints.parquet", "keypoints.json"]
    names += [f"annotations/{name}.csv" for name in ANNOTATORS]
    recipe = {"clips": clips, "seed": seed}
    whole = Step(
        folder / "simulation.json", [FITTED], recipe, [__name__], [folder / n for n in names]
    )
    with lock.hold(folder, "simulation"):
        if whole.is_done():
            return
        with whole.making(recipe):
            jobs = [(folder, own) for own in videos]
            workers = min(processes or available_processors(), len(jobs))
            try:
                made = side_by_side(make_video, jobs, workers, ordered=True)
                bar = progress(made, total=len(jobs), desc=f"videos of {folder.name}", unit="video")
                _write([part for parts in bar for part in parts], videos, folder)
            finally:
                sweep(folder)  # of processes that were stopped


def make_video(folder: Path, clips: Sequence[Planned]) -> list[dict[str, np.ndarray]]:
    """Votes, keypoints and detection of a video's clips; kept in ``.parts``."""
    file = folder / ".parts" / f"{clips[0].session.video}.npz"
    step = Step(
        folder / ".done" / "simulation" / f"{file.stem}.json",
        [FITTED],
        {"clips": [asdict(planned) for planned in clips], "rate": RATE},
        [filming.__name__, "gymlib.simulation.noise.model"],
        [file],
    )
    if not step.is_done():
        noise = PoseNoise.load()
        with step.making(), atomic_path(file) as temporary, temporary.open("wb") as stream:
            arrays = {
                f"{k}.{name}": values
                for k, planned in enumerate(clips)
                for name, values in make_clip(planned, noise).items()
            }
            np.savez_compressed(stream, **arrays)
    with np.load(file, allow_pickle=False) as kept:
        return [
            {name: kept[f"{k}.{name}"] for name in ("votes", "keypoints", "detected")}
            for k in range(len(clips))
        ]


def make_clip(planned: Planned, noise: PoseNoise) -> dict[str, np.ndarray]:
    """votes (3, frames) of kinds, keypoints (frames, 33, 2) as shares of the picture, detected."""
    motion, session = filming.simulate(planned, RATE), planned.session
    rng = np.random.default_rng([planned.attempt.seed, 1])
    pixels = filming.film_with(session, motion, rng).project(motion.joints)
    seen, detected = noise.see(pixels, np.random.default_rng([planned.attempt.seed, 3]))
    if motion.landing == "water":  # nobody is found below its surface
        under = motion.joints[:, INDEX["nose"], 2] < motion.surface
        seen[under], detected = 0, detected & ~under
    votes = annotate(motion, np.random.default_rng([planned.attempt.seed, 2]))
    return {
        "votes": with_kinds(votes, motion, np.random.default_rng([planned.attempt.seed, 5])),
        "keypoints": filming.shares(seen, session),
        "detected": detected,
    }


def _write(parts: list[dict], videos: list[list[Planned]], folder: Path) -> None:
    clips = [planned for own in videos for planned in own]
    for number, name in enumerate(ANNOTATORS):
        votes = {c.clip: part["votes"][number] for c, part in zip(clips, parts)}
        write_labels(folder / "annotations" / f"{name}.csv", votes)
    tables = [keypoint_table(c, p["keypoints"], p["detected"]) for c, p in zip(clips, parts)]
    write_table(
        folder / "keypoints.parquet", pd.concat(tables, ignore_index=True), schemas.KEYPOINT_TABLE
    )
    about = {"extractor": "simulated BlazePose", "errors": "gymlib/simulation/noise/fitted.json"}
    write_json(folder / "keypoints.json", about)
    write_clips(folder, [(c, len(part["detected"]), "") for c, part in zip(clips, parts)])
