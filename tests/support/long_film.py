"""Long films with known attempts: simulated clips of one session, with waiting between them."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gymlib import video
from gymlib.labels import IDLE, marked_segments
from gymlib.simulation import clip as filming
from gymlib.simulation.clip import Planned
from gymlib.simulation.motion.attempt import Attempt

WAITS = ("upright", "restless", "bent", "crouched", "swaying")


def make(path: Path, clips: Sequence[Planned], seconds: float, seed: int = 0) -> list[tuple]:
    """Film the clips one after the other, about ``seconds`` of waiting before each and at the end.

    All are filmed in the session of the first one. Returns the first and last frame of what is not
    idle in each clip.
    """
    session, rng = clips[0].session, np.random.default_rng(seed)
    waits = [_wait(session, seconds, how, rng) for how in rng.permutation(WAITS * len(clips))]
    order = [part for pair in zip(waits, clips) for part in pair] + [waits[len(clips)]]
    borders, films, start = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        for number, part in enumerate(order):
            film, truth = Path(folder) / f"{number}.mp4", Path(folder) / f"{number}.npz"
            filming.make(replace(part, session=session), film, truth)
            phases = np.load(truth)["phases"]
            if part in clips:
                active = marked_segments(phases != IDLE)
                borders.append((start + active[0][0], start + active[-1][1]))
            films.append(film)
            start += len(phases)
        video.write_video(path, _joined(films), session.fps, crf=26, preset="ultrafast")
    return borders


def _wait(session, seconds: float, how: str, rng) -> Planned:
    frames = round(session.fps * seconds * rng.uniform(0.7, 1.3))
    nothing = Attempt("none", "", "standing", "stick", frames, before=frames, waiting=str(how),
                      fps=session.fps, seed=int(rng.integers(2**31)))  # fmt: skip
    return Planned("wait", session, nothing)


def _joined(films: Sequence[Path]) -> Iterator[np.ndarray]:
    for film in films:
        for frame in video.read_frames(film):
            yield frame.rgb
