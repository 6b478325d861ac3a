"""One attempt from beginning to end, as the plan asks for it."""

from dataclasses import dataclass, replace

import numpy as np

from gymlib.labels import IDLE, SKILL, marked_segments
from gymlib.simulation.motion import entries, landings
from gymlib.simulation.motion.flight import FlightError
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.proportions import Proportions
from gymlib.simulation.motion.style import Style
from gymlib.simulation.motion.truth import DECIMALS, Motion, landing_over


@dataclass(frozen=True)
class Attempt:
    """What happens in a clip.

    skill : "back somersault", "front somersault", "side somersault" or "none"; shape : how. On
    the trampoline several, joined by ", ".
    entry : one of entries.ENTRIES. landing : "stick", "steps", "stumble", "sit", "lie",
    "walk-off", "run-out", "celebrate", one of falls.FALLS, "water" or "none" (the clip ends in
    the air).
    waiting : one of waiting.WAITS, before the take-off.
    repeats : how often the same skill follows once more. link : how, one of series.LINKS; "": out
        of the landing, from the squat or after standing up.
    shown : seconds of the landing with which the clip ends. idle : seconds that it goes on after
        the second step. Without both, ``frames`` decides.
    company : a second person in the picture: "standing", "walking" or "none".
    drop : metres by which the landing is lower than the take-off (a box, a beam, a pit, water);
        negative onto something higher.
    frames : wanted length of the clip. before : how many of them come before the take-off.
    late : seconds of the take-off missing at the begin. fakes : take-offs broken off before.
    slow : times slower than life. fps : frames per second of the video.
    surface : height of the floor or the trampoline's bed, metres. seed : everything else.
    heels : whether they rise before the legs are straight (see Performer).
    """

    skill: str
    shape: str
    entry: str
    landing: str
    frames: int
    before: int = 10
    waiting: str = "upright"
    repeats: int = 0
    link: str = ""
    shown: float | None = None
    idle: float | None = None
    drop: float = 0.0
    company: str = "none"
    late: float = 0.0
    fakes: int = 0
    slow: float = 1.0
    fps: float = 30.0
    surface: float = 0.0
    seed: int = 0
    heels: bool = False


RATE = 120.0


def perform(attempt: Attempt, body: Proportions, style: Style, rate: float = RATE) -> Motion:
    """Move as planned, computed at about ``rate`` moments a second, then cut to the clip's length.

    A clip becomes longer than planned where take-off, skill and the first frames of the landing
    need it. Where the drawn details make an impossible flight (one in some hundred), others are
    drawn; FlightError if that does not help.
    """
    for _ in range(4):
        try:
            return _perform(attempt, body, style, rate, np.random.default_rng(attempt.seed))
        except FlightError:
            attempt = replace(attempt, seed=attempt.seed + 1)
    return _perform(attempt, body, style, rate, np.random.default_rng(attempt.seed))


def _perform(attempt, body, style, least, rng) -> Motion:
    rate = attempt.fps * attempt.slow
    fine = max(1, round(least / rate))
    wobble = float(rng.uniform(0.006, 0.016))
    p = Performer(body, style, rate * fine, rng, floor=attempt.surface, wobble=wobble,
                  heels=attempt.heels)  # fmt: skip
    before = attempt.before / rate + 0.4
    after = (attempt.frames - attempt.before) / rate if attempt.shown is None else attempt.shown
    p.drop = attempt.drop
    begin = entries.enter(p, attempt, before)
    for i in range(attempt.repeats):
        entries.again(p, attempt, onwards=i + 1 < attempt.repeats)
    if attempt.landing != "none":
        landings.land(p, attempt, after)
    return _clip(p, attempt, fine, begin, rng)


def _clip(p, attempt, fine, begin, rng) -> Motion:
    """All phases joined, sampled at the video's frames and cut."""
    whole = {name: np.concatenate([r[name] for r in p.records]) for name in p.records[0]}
    free = marked_segments(whole["airborne"] & (whole["phases"] == SKILL))
    flights = np.array([[start, end + 1] for start, end in free]).reshape(-1, 2) / fine
    joined = {name: values[::fine] for name, values in whole.items()}
    lying = ~joined["airborne"] & ~joined["contacts"].any(axis=1)
    joined["phases"] = labels = landing_over(joined["phases"], joined["contacts"], lying)
    air = joined["airborne"] & (labels == SKILL)
    flying = np.flatnonzero(air)
    middle = joined["joints"][flying[len(flying) // 2] if len(flying) else 0, [23, 24], :2].mean(0)
    joined["joints"][..., :2] -= middle  # the skill happens before the camera
    joined["joints"] = np.round(joined["joints"], DECIMALS)
    motion = Motion(
        fps=attempt.fps, slow=attempt.slow, skill=attempt.skill,
        shape=attempt.shape, entry=attempt.entry, landing=attempt.landing,
        flights=flights, **joined,
    )  # fmt: skip
    rate = attempt.fps * attempt.slow
    start = int(np.ceil(begin * rate))
    end = int(flying[-1]) + 1 if len(flying) else start
    if attempt.skill == "none":
        end = min(len(motion), start + round(2.0 * rate))
    if attempt.landing == "none":
        last = flying[-1] - np.flatnonzero(~air[: flying[-1]])[-1]  # frames of the last flight
        end -= round(rng.uniform(0.05, 0.5) * last)
        rest = 0
    elif attempt.idle is not None:
        second = end + int(np.argmax(labels[end:] == IDLE))  # first frame after the second step
        rest = second - end + round(attempt.idle * rate)
    elif attempt.shown is not None:
        rest = max(1, round(attempt.shown * rate))
    else:  # at least a third of a second of the landing belongs to the clip
        rest = max(attempt.frames - (end - start) - attempt.before, round(0.33 * rate))
        rest += round(attempt.late * rate)
    first = start + round(attempt.late * rate) if attempt.late else start - attempt.before
    return motion.cut(max(first, 0), min(len(motion), end + rest))
