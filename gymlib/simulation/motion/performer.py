"""A gymnast who moves phase by phase, each from where he is.

A phase is given by key poses. Joint angles and the pelvis's orientation run through them as
monotone cubic curves; on the feet the centre of mass does so too and the legs reach for the
floor. Other phases are :func:`gymlib.simulation.motion.jumping.jump` and
:func:`gymlib.simulation.motion.lying.lie`.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from gymlib.labels import IDLE, SKILL, TAKEOFF
from gymlib.simulation.motion import ground
from gymlib.simulation.motion.curves import through
from gymlib.simulation.motion.feet import TOES, feet_angles, place_feet
from gymlib.simulation.motion.keypose import Key
from gymlib.simulation.motion.pose import (
    ANGLES,
    HIGHEST,
    LOWEST,
    SIDES,
    forward,
    leg_angles,
    orientation,
)  # fmt: skip
from gymlib.simulation.motion.proportions import SOLE, Proportions, centre_of_mass
from gymlib.simulation.motion.style import Style
from gymlib.simulation.motion.truth import STANDING, WALKING

LEGS = [
    [ANGLES.index(f"{side}_{n}") for n in ("hip", "hip_abduction", "hip_rotation", "knee", "ankle")]
    for side, _ in SIDES
]


@dataclass
class Performer:
    """A gymnast, the state he is in and what he has done so far.

    style : his habits, which vary a little from attempt to attempt.
    rate : steps per second of the fine time grid. rng : decides all that he does by chance.
    floor : height of what he stands on.
    wobble : standard deviation of the slow unrest of all joint angles, radians.
    records : per phase the arrays of a Motion, one row per time.
    doubt, doing : marks for what he does now (see Motion).
    begun : the skill has begun: what else would be take-off belongs to it until he lands.
    resting : label of what is no take-off yet: idle, or landing after a first skill.
    drop : metres by which the next flight ends lower than it begins.
    heels : whether heels rise before the legs are straight, as people's do in a jump.
    """

    body: Proportions
    style: Style
    rate: float
    rng: np.random.Generator
    floor: float = 0.0
    wobble: float = 0.012
    records: list[dict] = field(default_factory=list)
    time: float = 0.0
    doubt: int = 0
    doing: int = STANDING
    begun: bool = False
    resting: int = IDLE
    drop: float = 0.0
    heels: bool = False

    def __post_init__(self):
        self._waves = (
            self.rng.uniform(0.2, 1.1, (4, 27)), self.rng.uniform(0, 2 * np.pi, (4, 27)),
            self.rng.normal(0, 0.6, (4, 27)),
        )  # fmt: skip
        self.rest = self.style.standing()  # joint angles (24,) of how he stands
        self.style = self.style.vary(self.rng)
        self.start(Key(0, self.rest))

    def start(self, key: Key) -> None:
        """Put him at the origin, standing still; forgets nothing of what was recorded."""
        self.channels, self.rates = key.channels, np.zeros(27)
        self.toes = self.joints(key)[TOES]
        self.toes[:, 2] = self.floor + SOLE
        self.lifts = np.zeros(2)
        self.yaws = np.full(2, key.yaw)
        self.centre, self.velocity = self.over(key), np.zeros(3)

    def joints(self, key: Key) -> Float[np.ndarray, "33 3"]:
        """Keypoints of a pose about the mid-hip."""
        return forward(key.angles[None], orientation(key.channels[None, :3]), self.body)[0]

    @property
    def yaw(self) -> float:
        """Where the pelvis looks, degrees."""
        return float(np.degrees(self.channels[0]))

    def over(self, key: Key, toes=None) -> Float[np.ndarray, "3"]:
        """Centre of mass of a pose that stands on ``toes`` (default: where they are)."""
        toes = self.toes if toes is None else toes
        joints = self.joints(key)
        centre = centre_of_mass(joints) - joints[TOES].mean(axis=0)
        height = centre_of_mass(joints)[2] - ground.lowest(joints) + SOLE
        ahead = np.array([np.cos(key.yaw), np.sin(key.yaw)])
        shift = centre[:2]
        if key.lean != "pose":
            lean = -0.42 * self.body.toe if key.lean is None else key.lean
            shift = shift + (lean - shift @ ahead) * ahead
        return np.r_[toes.mean(axis=0)[:2] + shift, self.floor + height]

    def ground(
        self, label: int, keys: list[Key], *, centres=None, end_velocity=(0.0, 0.0, 0.0),
        end_rates=None, steps=(), planted=(True, True), dip=0.0, calm=False, toes=None,
        push=(0.0, 0.0), doing=None,
    ) -> None:  # fmt: skip
        """Move through key poses on the feet.

        centres : places of the centre of mass at the keys, instead of those of the poses.
        end_velocity : of the centre of mass at the last key, metres per second.
        steps : (side, start, end, place, yaw) of feet that change place meanwhile.
        planted : feet on the floor; another leg moves by its joint angles.
        dip : speed with which a trampoline's bed gives way at first, metres per second; it
        throws back as fast at the end, or comes to rest if ``calm``.
        push : angles of both feet, radians, with which they leave the ground at the end.
        doing : as in Motion; default: standing, or walking if feet change place.
        """
        times = np.array([0.0] + [key.time for key in keys])
        grid = self.grid(times[-1])
        times *= grid[-1] / times[-1]
        values = np.stack([self.channels] + [key.channels for key in keys])
        values[:, :3] = np.unwrap(values[:, :3], axis=0)
        channels = through(times, values, grid, self.rates, end_rates)
        channels = self.unrest(channels, grid)
        if centres is None:
            centres = [self.over(key, toes) for key in keys]
        share, lasts = grid / grid[-1], grid[-1]
        bed = -dip * lasts * (share * (1 - share) ** 2 if calm else np.sin(np.pi * share) / np.pi)
        sink = np.array([0, 0, -dip])
        centre = through(
            times, np.stack([self.centre, *centres]), grid, self.velocity - sink,
            np.asarray(end_velocity) + (not calm) * sink,
        )  # fmt: skip
        centre[:, 2] += bed
        feet = place_feet(
            grid, (self.toes, self.yaws, self.lifts), steps, planted, bed, self.floor + SOLE, push
        )
        pelvis = orientation(channels[:, :3])
        self.doing = doing if doing is not None else WALKING if steps else STANDING
        joints = ground.stand(centre, pelvis, channels[:, 3:], feet, self.body, self.floor)
        self.keep(grid, channels, pelvis, joints, centre, label, contacts=feet.planted, bed=bed)

    def relabel(self, old: int, new: int, start: float, end: float) -> None:
        """What he did from ``start`` to ``end``, seconds before now: ``new`` if it was ``old``."""
        first, last, begin = round(start * self.rate), round(end * self.rate), 0
        for record in reversed(self.records):
            begin += len(record["phases"])  # steps from its first one to now
            part = record["phases"][max(begin - first, 0) : max(begin - last, 0)]
            part[part == old] = new

    # What every phase begins and ends with.

    def grid(self, duration: float) -> Float[np.ndarray, " times"]:
        """Moments of a phase, seconds from its begin."""
        return np.arange(max(2, round(duration * self.rate)) + 1) / self.rate

    def unrest(self, channels, grid):
        """Slow waves on all joint angles, continuous over phases; limits are kept."""
        frequency, phase, size = self._waves
        t = (self.time + grid)[:, None, None]
        waves = (size * np.sin(2 * np.pi * frequency * t + phase)).sum(axis=1) * self.wobble
        waves[:, :3] = 0
        channels = channels + waves
        channels[:, 3:] = np.clip(channels[:, 3:], LOWEST, HIGHEST)
        return channels

    def keep(
        self, grid, channels, pelvis, joints, centre, label, *, contacts=None, bed=0.0,
        airborne=None,
    ) -> None:  # fmt: skip
        """Record a phase, a row per moment of ``grid``, and stand where it ends.

        contacts : of feet, or of feet and hands; nothing touches without. airborne : where nothing
        touches, unless given.
        """
        if contacts is None:
            contacts = np.zeros((len(grid), 4), dtype=bool)
        step = grid[1] - grid[0]
        for i, (side, _) in enumerate(SIDES):
            channels[-2:, np.array(LEGS[i]) + 3] = leg_angles(pelvis[-2:], joints[-2:], side)
        if contacts.shape[1] == 2:  # feet only
            contacts = np.concatenate([contacts, np.zeros_like(contacts)], axis=-1)
        if airborne is None:
            airborne = ~contacts.any(axis=1)
        label = SKILL if self.begun and label == TAKEOFF else label
        phase = {
            "joints": joints, "phases": np.full(len(grid), label, dtype=np.int8),
            "contacts": contacts, "airborne": np.broadcast_to(airborne, len(grid)),
            "surface": np.full(len(grid), self.floor) + bed,
            "doubt": np.full(len(grid), self.doubt), "doing": np.full(len(grid), self.doing),
        }  # fmt: skip
        self.records.append({name: values[:-1] for name, values in phase.items()})
        self.channels = channels[-1].copy()
        before, now = np.unwrap(channels[-2:], axis=0)
        self.rates = (now - before) / step
        self.centre, self.velocity = centre[-1].copy(), (centre[-1] - centre[-2]) / step
        self.toes = joints[-1, TOES].copy()
        self.lifts, self.yaws = feet_angles(joints[-1])
        self.time += grid[-1]
