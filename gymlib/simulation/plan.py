"""Who films whom doing what: the videos and clips of the simulated data set, from one seed."""

from dataclasses import dataclass, field, replace

import numpy as np

from gymlib.simulation import everyday
from gymlib.simulation.clip import Planned, Session
from gymlib.simulation.motion.attempt import Attempt
from gymlib.simulation.motion.proportions import Proportions
from gymlib.simulation.motion.style import Style

FRAMES = {"full": 19_700, "quick": 1_000}
CLIPS = {"full": 202, "quick": 16}


_BACK, _FRONT, _SIDE = "back somersault", "front somersault", "side somersault"
_STANDING_BACK = {
    (_BACK, "tucked", "standing"): 0.66, (_BACK, "piked", "standing"): 0.1,
    (_BACK, "stretched", "standing"): 0.1, (_BACK, "tucked", "round-off"): 0.07,
    (_BACK, "stretched", "round-off"): 0.07,
}  # fmt: skip
_RUNNING_FRONT = {
    (_FRONT, "tucked", "run-up"): 0.85, (_FRONT, "piked", "run-up"): 0.1,
    (_FRONT, "tucked", "standing"): 0.05,
}  # fmt: skip
_MIXED = {
    (_BACK, "tucked", "standing"): 0.35, (_FRONT, "tucked", "run-up"): 0.28,
    (_BACK, "tucked", "cartwheel"): 0.06, (_BACK, "tucked", "round-off"): 0.05,
    (_BACK, "piked", "round-off"): 0.04, (_SIDE, "tucked", "run-up"): 0.14,
    (_FRONT, "tucked", "standing"): 0.08,
}  # fmt: skip
_TRAMPOLINE = {
    (_BACK, "tucked", "trampoline"): 0.25, (_FRONT, "tucked", "trampoline"): 0.15,
    (_BACK, "stretched", "trampoline"): 0.1,
    (f"{_BACK}, {_BACK}", "tucked, tucked", "trampoline"): 0.2,
    (f"{_BACK}, {_FRONT}", "piked, tucked", "trampoline"): 0.15,
    (f"{_BACK}, {_BACK}, {_BACK}", "tucked, stretched, tucked", "trampoline"): 0.15,
}  # fmt: skip


@dataclass(frozen=True)
class _Video:
    """What the clips of a video share.

    torso : pixels. slow : share of clips in slow motion. repertoire : what is done, how often.
    camera : how it is held, fields of Session. steps : share of attempts off or onto a box.
    company : share of clips with a second person in the picture.
    """

    place: str
    fps: int
    torso: float
    clips: int
    slow: float
    repertoire: dict
    camera: dict = field(default_factory=dict)
    steps: float = 0.0
    company: float = 0.0


# The torsos come in two groups and slow motion makes up a seventh, as in the recovered clips.
# Most cameras stand at the side; one is a phone held upright, two look obliquely.
_VIDEOS = [
    _Video("gym", 30, 128, 26, 0.0, _STANDING_BACK, steps=0.3),
    _Video("hall", 25, 124, 28, 0.3, _RUNNING_FRONT, {"shake": 4.0}, company=0.2),
    _Video("grass", 30, 54, 26, 0.15, _MIXED, {"follow": True, "shake": 3.0}),
    _Video("yard", 30, 132, 28, 0.1, _RUNNING_FRONT, {"width": 540, "height": 960, "shake": 3.0}),
    _Video("hall", 25, 118, 30, 0.05, _RUNNING_FRONT, {"zoom": 0.08}, steps=0.4, company=0.15),
    _Video("gym", 30, 58, 22, 0.1, _STANDING_BACK, {"view": 40.0}),
    _Video("trampoline", 30, 84, 18, 0.1, _TRAMPOLINE),
    _Video("grass", 25, 120, 24, 0.2, _MIXED, {"view": -60.0, "shake": 5.0}, company=0.25),
]

# Seconds that take-off and skill last about, to plan the clip's length.
_CORE = {"standing": 1.75, "run-up": 1.45, "round-off": 2.0, "cartwheel": 3.4, "trampoline": 1.6}

# How often attempts end how: fronts end on the seat, backs seldom do.
_ENDS = ("stick", "steps", "stumble", "sit", "lie", "walk-off", "none")
_FRONT_ENDS = (0.30, 0.12, 0.08, 0.25, 0.10, 0.12, 0.03)
_BACK_ENDS = (0.48, 0.20, 0.06, 0.04, 0.01, 0.17, 0.04)
_OTHER_ENDS = ("walk-off", "run-out", "celebrate")


def plan(seed: int = 0, size: str = "full") -> list[Planned]:
    """The clips of a data set, in order of their videos; ``size`` is "full" or "quick".

    The same seed gives the same plan. Raises ValueError for another size.
    """
    if size not in FRAMES:
        raise ValueError(f"size must be one of {', '.join(FRAMES)}; found {size!r}")
    rng = np.random.default_rng([seed, 0])
    clips = []
    share = np.array([video.clips for video in _VIDEOS])
    counts = _rounded(share / share.sum() * CLIPS[size])
    for number, (video, count) in enumerate(zip(_VIDEOS, counts), start=1):
        session = _session(f"video{number}", video, 1.0 if size == "full" else 0.5, rng)
        for i in range(count):
            attempt = _attempt(video, session, rng)
            attempt = _wider(attempt, rng, steps=video.steps, highest=1.2, endings=0.15, again=0.1)
            if rng.random() < video.company:
                attempt = replace(attempt, company=str(rng.choice(["standing", "walking"])))
            if size == "quick":  # real time and one skill, so that clips are short
                names = attempt.skill.split(", ")[0], attempt.shape.split(", ")[0]
                attempt = replace(attempt, slow=1.0, skill=names[0], shape=names[1], repeats=0,
                                  frames=round(attempt.frames / attempt.slow),
                                  before=round(attempt.before / attempt.slow))  # fmt: skip
            clips.append(Planned(f"{session.video}_{i:02d}", session, attempt))
    return _scaled(clips, size)


PER_VIDEO = 10
"""Clips of each video of :func:`many`."""


def many(clips: int, seed: int = 0) -> list[Planned]:
    """As many clips as wanted, ten to a video, of gymnasts and cameras of all kinds.

    The first clips are the same, however many are asked for.
    """
    planned = []
    for number in range(-(-clips // PER_VIDEO)):
        rng = np.random.default_rng([seed, 1, number])
        video = _VIDEOS[rng.integers(len(_VIDEOS))]
        torso = float(np.exp(rng.uniform(np.log(20), np.log(140))))
        video = replace(
            video, fps=int(rng.choice([24, 25, 30, 30, 30, 60])), torso=torso, camera={}
        )
        session = _filmed(_session(f"video{number + 1:04d}", video, 1.0, rng), rng)
        for i in range(PER_VIDEO):
            attempt = _waiting(_attempt(video, session, rng), rng.uniform(0.25, 0.8))
            attempt = _wider(attempt, rng, steps=0.3, highest=2.8, endings=0.4, again=0.0)
            attempt = replace(everyday.vary(attempt, rng), heels=True)
            planned.append(Planned(f"{session.video}_{i:02d}", session, attempt))
    return planned[:clips]


def _filmed(session: Session, rng) -> Session:
    """A session with a camera of any kind: phone or film, still or hand-held, from any side."""
    sizes = [(960, 540), (960, 540), (540, 960), (480, 640), (640, 640)]
    width, height = sizes[rng.integers(len(sizes))]
    view = None if rng.random() < 0.5 else float(rng.uniform(-90, 90))
    hand = rng.random() < 0.6
    return replace(
        session, width=width, height=height, view=view, follow=bool(hand and rng.random() < 0.5),
        shake=float(rng.uniform(1, 8) if hand else 0.3),
        zoom=float(rng.uniform(0.05, 0.15) if hand and rng.random() < 0.3 else 0.0),
    )  # fmt: skip


def _wider(attempt: Attempt, rng, steps, highest, endings, again) -> Attempt:
    """An attempt out in the world: higher or lower landings, several in a row, other endings.

    steps, endings, again : shares of attempts. highest : metres he jumps down at most.
    """
    changes = {}
    flat_ground = attempt.entry != "trampoline"
    if attempt.entry in ("standing", "run-up") and rng.random() < steps:
        # Off a box, a beam or a wall, into a pit or water; or onto mats.
        changes["drop"] = float(rng.choice([rng.uniform(-0.4, -0.1), rng.uniform(0.2, highest)]))
    elif attempt.entry == "standing" and attempt.landing not in ("sit", "lie", "none"):
        if rng.random() < again:
            changes["repeats"] = int(rng.integers(1, 3))
    if flat_ground and attempt.landing != "none" and rng.random() < endings:
        changes["landing"] = str(rng.choice(_OTHER_ENDS, p=(0.4, 0.35, 0.25)))
        changes["frames"] = attempt.frames + round(1.5 * attempt.fps * attempt.slow)
    return replace(attempt, **changes)


def _session(name: str, video: _Video, factor: float, rng) -> Session:
    camera = {"width": 960, "height": 540} | video.camera
    size = {side: int(camera[side] * factor) for side in ("width", "height")}
    return Session(
        name, Proportions.sample(rng), Style.sample(rng), video.place, float(video.fps),
        torso=video.torso * factor, seed=int(rng.integers(2**31)), **camera | size,
    )  # fmt: skip


def _attempt(video: _Video, session: Session, rng) -> Attempt:
    repertoire = video.repertoire
    weights = np.array(list(repertoire.values()))
    skill, shape, entry = list(repertoire)[rng.choice(len(weights), p=weights / weights.sum())]
    ends = _BACK_ENDS if skill.startswith(_BACK) else _FRONT_ENDS
    landing = str(rng.choice(_ENDS, p=ends))
    slow = float(rng.uniform(1.6, 3.2)) if rng.random() < video.slow else 1.0
    rate = session.fps * slow
    # Most clips begin just before the take-off or in it; some show a long wait.
    wait = rng.lognormal(np.log(1.5), 0.6) if rng.random() < 0.42 else rng.uniform(0.15, 0.6)
    late = min(rng.exponential(0.16), 0.6) if rng.random() < 0.3 else 0.0
    after = rng.lognormal(np.log(1.25), 0.6) + (1.9 if landing == "walk-off" else 0)
    if landing == "none":
        after, late = -0.15, 0.0
    core = _CORE[entry] + 1.35 * skill.count(",")
    before = 0.0 if late else wait
    fakes = int(entry == "standing" and rng.random() < 0.12)
    return Attempt(
        skill, shape, entry, landing,
        frames=int(rate * np.clip(before + core - late + after, 0.9, 8.5)),
        before=int(rate * before), late=late, fakes=fakes, slow=slow, fps=session.fps,
        seed=int(rng.integers(2**31)),
    )  # fmt: skip


def _scaled(clips, size):
    """The clips with waiting and aftermath scaled so that the sum of frames is what was asked."""
    core = [_core_frames(c.attempt) for c in clips]
    rest = np.array([c.attempt.frames for c in clips]) - core
    factor = max((FRAMES[size] - sum(core)) / rest.sum(), 0.3)
    return [replace(c, attempt=_waiting(c.attempt, factor)) for c in clips]


def _waiting(attempt: Attempt, factor: float) -> Attempt:
    """The attempt with all that is neither take-off nor skill made shorter or longer."""
    core = _core_frames(attempt)
    frames = max(26, round(core + (attempt.frames - core) * factor))
    return replace(attempt, frames=frames, before=round(attempt.before * factor))


def _core_frames(attempt: Attempt) -> float:
    """Frames that take-off and skill take about."""
    seconds = _CORE[attempt.entry] + 1.35 * attempt.skill.count(",") - attempt.late
    return seconds * attempt.fps * attempt.slow


def _rounded(shares):
    """Whole numbers near ``shares`` with the same sum (largest remainders)."""
    whole = np.floor(shares).astype(int)
    rest = round(shares.sum()) - whole.sum()
    whole[np.argsort(whole - shares, kind="stable")[:rest]] += 1
    return whole
