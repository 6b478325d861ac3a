"""Who films whom doing what: the videos and clips of the simulated data set, from one seed."""

from dataclasses import dataclass, replace

import numpy as np

from gymlib.simulation.attempt import Attempt
from gymlib.simulation.proportions import Proportions
from gymlib.simulation.style import Style

FRAMES = {"full": 19_700, "quick": 1_300}
CLIPS = {"full": 202, "quick": 24}


@dataclass(frozen=True)
class Session:
    """One video: a gymnast, his clothes, a place and a camera; seeds stand for their details.

    torso : pixels from hips to shoulders in the picture. repertoire : (skill, shape, entry) with
    weights. clips : how many attempts.
    """

    video: str
    body: Proportions
    style: Style
    place: str
    fps: float
    width: int
    height: int
    torso: float
    seed: int


@dataclass(frozen=True)
class Planned:
    """A clip: its name, its session and what happens in it."""

    clip: str
    session: Session
    attempt: Attempt


# place, frame rate, size, torso in pixels at 960x540, share of the clips, slow-motion share,
# what is done there with which weight. Two groups of sizes as in the real videos.
_VIDEOS = [
    ("gym", 30, (960, 540), 128, 26, 0.0, {("back somersault", "tucked", "standing"): 1}),
    ("hall", 25, (960, 540), 120, 28, 0.2, {("front somersault", "tucked", "run-up"): 1}),
    ("grass", 30, (960, 540), 70, 25, 0.1,
     {("back somersault", "tucked", "standing"): 0.6, ("front somersault", "tucked", "run-up"): 0.4}),
    ("yard", 30, (960, 540), 128, 28, 0.1, {("front somersault", "tucked", "run-up"): 1}),
    ("hall", 25, (960, 540), 75, 27, 0.0, {("front somersault", "piked", "run-up"): 1}),
    ("gym", 30, (960, 540), 60, 24, 0.1, {("back somersault", "stretched", "standing"): 1}),
    ("trampoline", 30, (960, 540), 90, 22, 0.1, {("back somersault", "tucked", "standing"): 1}),
    ("grass", 25, (960, 540), 110, 22, 0.1, {("back somersault", "piked", "standing"): 1}),
]  # fmt: skip


def plan(seed: int = 0, size: str = "full") -> list[Planned]:
    """The clips of a data set, in order of their videos; ``size`` is "full" or "quick".

    The same seed gives the same plan. Raises ValueError for another size.
    """
    if size not in FRAMES:
        raise ValueError(f"size must be one of {', '.join(FRAMES)}; found {size!r}")
    rng = np.random.default_rng([seed, 0])
    clips = []
    share = np.array([video[4] for video in _VIDEOS]) / sum(video[4] for video in _VIDEOS)
    counts = _rounded(share * CLIPS[size])
    for number, (row, count) in enumerate(zip(_VIDEOS, counts), start=1):
        session = _session(number, row, size, rng)
        for i in range(count):
            attempt = _attempt(row, session, rng)
            clips.append(Planned(f"{session.video}_{i:02d}", session, attempt))
    return _scaled(clips, size)


def _session(number, row, size, rng) -> Session:
    place, fps, (width, height), torso, *_ = row
    factor = 1.0 if size == "full" else 0.5
    return Session(
        f"video{number}", Proportions.sample(rng), Style.sample(rng), place, float(fps),
        int(width * factor), int(height * factor), torso * factor, int(rng.integers(2**31)),
    )  # fmt: skip


def _attempt(row, session, rng) -> Attempt:
    choices = row[6]
    weights = np.array(list(choices.values()), dtype=float)
    skill, shape, entry = list(choices)[rng.choice(len(weights), p=weights / weights.sum())]
    slow = float(rng.uniform(2, 4)) if rng.random() < row[5] else 1.0
    landing = str(rng.choice(["stick", "steps", "stumble", "sit", "lie", "walk-off", "none"],
                             p=[0.4, 0.15, 0.05, 0.15, 0.05, 0.16, 0.04]))  # fmt: skip
    if skill == "back somersault" and landing in ("sit", "lie") and rng.random() < 0.7:
        landing = "stick"
    return Attempt(
        skill, shape, entry, landing,
        frames=int(slow * np.clip(rng.lognormal(np.log(78), 0.3), 45, 220)),
        share=float(np.clip(rng.beta(4, 1.4), 0.2, 0.98)),
        late=float(rng.uniform(0.1, 0.5)) if rng.random() < 0.2 else 0.0,
        fakes=int(rng.random() < 0.07), slow=slow, fps=session.fps, seed=int(rng.integers(2**31)),
    )  # fmt: skip


def _scaled(clips, size):
    """The clips with lengths scaled so that their sum is what the size asks for."""
    total = sum(c.attempt.frames for c in clips)
    factor = FRAMES[size] / total
    return [
        replace(c, attempt=replace(c.attempt, frames=max(26, round(c.attempt.frames * factor))))
        for c in clips
    ]


def _rounded(shares):
    """Whole numbers near ``shares`` with the same sum (largest remainders)."""
    whole = np.floor(shares).astype(int)
    rest = round(shares.sum()) - whole.sum()
    whole[np.argsort(whole - shares)[:rest]] += 1
    return whole
