"""A gymnast who moves phase by phase: on the ground, or in flight, each from where he is.

A phase is given by key poses. Joint angles and the pelvis's orientation run through them as
monotone cubic curves; on the ground the centre of mass does so too and the legs reach for the
feet, in flight it falls freely and the orientation follows from the angular momentum.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from gymlib.labels import IDLE, SKILL, TAKEOFF
from gymlib.simulation.motion import flight, ground
from gymlib.simulation.motion.curves import ease, through, turned
from gymlib.simulation.motion.feet import place_feet
from gymlib.simulation.motion.keypose import Key
from gymlib.simulation.motion.pose import (
    ANGLES,
    HIGHEST,
    LOWEST,
    SIDES,
    euler,
    forward,
    leg_angles,
    orientation,
)  # fmt: skip
from gymlib.simulation.motion.proportions import GRAVITY, SOLE, Proportions, centre_of_mass
from gymlib.simulation.motion.style import Style
from gymlib.skeleton import INDEX

_LEGS = [
    [ANGLES.index(f"{side}_{n}") for n in ("hip", "hip_abduction", "hip_rotation", "knee", "ankle")]
    for side, _ in SIDES
]
_TOES = [INDEX["left_foot_index"], INDEX["right_foot_index"]]


@dataclass
class Performer:
    """A gymnast, the state he is in and what he has done so far.

    style : his habits, which vary a little from attempt to attempt.
    rate : steps per second of the fine time grid. rng : decides all that he does by chance.
    floor : height of what he stands on.
    wobble : standard deviation of the slow unrest of all joint angles, radians.
    records : per phase the arrays of a Motion, one row per time.
    doubt : mark for what he does now (see Motion.doubt).
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
        self.toes = self._joints(key)[_TOES]
        self.toes[:, 2] = self.floor + SOLE
        self.lifts = np.zeros(2)
        self.yaws = np.full(2, key.yaw)
        self.centre, self.velocity = self.over(key), np.zeros(3)

    def _joints(self, key: Key) -> Float[np.ndarray, "33 3"]:
        """Keypoints of a pose about the mid-hip."""
        return forward(key.angles[None], orientation(key.channels[None, :3]), self.body)[0]

    @property
    def yaw(self) -> float:
        """Where the pelvis looks, degrees."""
        return float(np.degrees(self.channels[0]))

    def over(self, key: Key, toes=None) -> Float[np.ndarray, "3"]:
        """Centre of mass of a pose that stands on ``toes`` (default: where they are)."""
        toes = self.toes if toes is None else toes
        joints = self._joints(key)
        centre = centre_of_mass(joints) - joints[_TOES].mean(axis=0)
        height = centre_of_mass(joints)[2] - ground.lowest(joints) + SOLE
        ahead = np.array([np.cos(key.yaw), np.sin(key.yaw)])
        shift = centre[:2]
        if key.lean != "pose":
            lean = -0.42 * self.body.toe if key.lean is None else key.lean
            shift = shift + (lean - shift @ ahead) * ahead
        return np.r_[toes.mean(axis=0)[:2] + shift, self.floor + height]

    # Phases.

    def ground(
        self, label: int, keys: list[Key], *, centres=None, end_velocity=(0.0, 0.0, 0.0),
        end_rates=None, steps=(), planted=(True, True), dip=0.0, calm=False, toes=None,
        push=(0.0, 0.0),
    ) -> None:  # fmt: skip
        """Move through key poses on the feet.

        centres : places of the centre of mass at the keys, instead of those of the poses.
        end_velocity : of the centre of mass at the last key, metres per second.
        steps : (side, start, end, place, yaw) of feet that change place meanwhile.
        planted : feet on the floor; another leg moves by its joint angles.
        dip : speed with which a trampoline's bed gives way at first, metres per second; it
        throws back as fast at the end, or comes to rest if ``calm``.
        push : angles of both feet, radians, with which they leave the ground at the end.
        """
        times = np.array([0.0] + [key.time for key in keys])
        grid = self._grid(times[-1])
        times *= grid[-1] / times[-1]
        values = np.stack([self.channels] + [key.channels for key in keys])
        values[:, :3] = np.unwrap(values[:, :3], axis=0)
        channels = through(times, values, grid, self.rates, end_rates)
        channels = self._unrest(channels, grid)
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
        joints = ground.stand(centre, pelvis, channels[:, 3:], feet, self.body, self.floor)
        self._keep(grid, channels, pelvis, joints, centre, label, feet.planted, bed)

    def lie(
        self, label: int, keys: list[Key], ahead: Float[np.ndarray, " keys"], heights=None
    ) -> None:
        """Move on seat, back, knees or hands: the lowest part of the body rests on the floor.

        The legs move by their joint angles. ``ahead`` is how far the centre of mass has come at
        each key in the direction he looked at first, metres; ``heights`` those of the centre of
        mass over the floor where nothing rests on it, as in water.
        """
        times = np.array([0.0] + [key.time for key in keys])
        grid = self._grid(times[-1])
        times *= grid[-1] / times[-1]
        values = np.stack([self.channels] + [key.channels for key in keys])
        channels = self._unrest(through(times, values, grid, self.rates, None), grid)
        pelvis = orientation(channels[:, :3])
        joints = forward(channels[:, 3:], pelvis, self.body)
        joints = joints - centre_of_mass(joints)[:, None]
        look = np.array([np.cos(self.channels[0]), np.sin(self.channels[0])])
        places = self.centre[:2] + np.r_[0.0, ahead][:, None] * look
        centre = np.empty((len(grid), 3))
        centre[:, :2] = through(times, places, grid, self.velocity[:2], None)
        if heights is None:
            centre[:, 2] = self.floor + ground.resting_height(joints)
            begin, end = self.centre[2] - centre[0, 2], self.over(keys[-1])[2] - centre[-1, 2]
            soon = min(0.25, grid[-1] / 2)
            centre[:, 2] += begin * (1 - ease(grid / soon))
            centre[:, 2] += end * ease((grid - grid[-1] + soon) / soon)
        else:
            z = np.r_[self.centre[2], self.floor + heights][:, None]
            centre[:, [2]] = through(times, z, grid, self.velocity[2:], None)
        self._keep(
            grid, channels, pelvis, joints + centre[:, None], centre, label,
            np.zeros((len(grid), 4), dtype=bool), np.zeros(len(grid)), airborne=False,
        )  # fmt: skip
        self.channels[:3] = [turned(angle) for angle in self.channels[:3]]

    def fly(
        self, label: int, keys: list[Key], turns, travel, *, record=True
    ) -> tuple[np.ndarray, np.ndarray]:
        """Fly through key poses; the last one meets the floor with its feet.

        turns : whole rotation about the world's x, y and z, radians. travel : x and y that the
        centre of mass moves.
        Returns the velocity needed at take-off and the rates of the channels there.
        """
        duration = keys[-1].time
        grid = self._grid(duration)
        times = np.array([0.0] + [k.time for k in keys]) * grid[-1] / duration
        values = np.stack([self.channels] + [k.channels for k in keys])
        rates = self.rates.copy()
        rates[np.ravel(_LEGS) + 3] *= 0.0
        angles = through(times, values, grid, rates, None)
        angles = self._unrest(angles, grid)[:, 3:]
        start, end = orientation(self.channels[:3]), orientation(keys[-1].channels[:3])
        turning = flight.turn(angles, grid[1] - grid[0], start, end, np.asarray(turns), self.body)
        relative = forward(angles, turning, self.body)
        relative = relative - centre_of_mass(relative)[:, None]
        below = self.drop if label == SKILL else 0.0
        rise = self.floor - below + SOLE - ground.lowest(relative[-1]) - self.centre[2]
        velocity = np.r_[travel, rise] / grid[-1] + np.array([0, 0, GRAVITY * grid[-1] / 2])
        if record:
            centre = self.centre + velocity * grid[:, None]
            centre[:, 2] -= GRAVITY * grid**2 / 2
            channels = np.concatenate([euler(turning), angles], axis=-1)
            landed = self.floor - below
            self.floor = min(self.floor, landed)  # what is below him from the edge on
            self._keep(
                grid, channels, turning, relative + centre[:, None], centre, label,
                np.zeros((len(grid), 4), dtype=bool), np.zeros(len(grid)),
            )  # fmt: skip
            self.velocity = velocity - np.array([0, 0, GRAVITY * grid[-1]])
            self.floor, self.drop = landed, self.drop - below
        # A yaw of half a turn is pi or -pi by chance; between two moments it does not jump.
        first = np.unwrap(np.concatenate([euler(turning[:2]), angles[:2]], axis=-1), axis=0)
        return velocity, (first[1] - first[0]) / (grid[1] - grid[0])

    def jump(
        self, before: list[Key], label: int, keys: list[Key], turns, travel=(0.0, 0.0), *,
        flight_label: int, planted=(True, True), dip=0.0, toes=None,
    ) -> None:  # fmt: skip
        """Gather through ``before`` (its last key is the take-off pose), then :meth:`fly`.

        The push ends with the velocity and turning that the flight needs. The time of the
        take-off key may be 0: then the push lasts four fifths of what an even acceleration takes.
        """
        state, takeoff = (self.channels, self.centre, self.rates), before[-1]
        self.channels, self.centre = takeoff.channels, self.over(takeoff, toes)
        self.rates = np.zeros(27)
        velocity, rates = self.fly(flight_label, keys, turns, travel, record=False)
        self.channels, self.centre, self.rates = state
        if takeoff.time == 0:
            lowest = before[-2] if len(before) > 1 else None
            depth = self.over(takeoff, toes)[2] - (
                self.over(lowest, toes)[2] if lowest else self.centre[2]
            )
            lasts = float(np.clip(1.6 * depth / velocity[2], 0.1, 0.35))
            takeoff = replace(takeoff, time=(lowest.time if lowest else 0) + lasts)
            before = [*before[:-1], takeoff]
        rates[3:] *= 0.5
        self.ground(label, before, end_velocity=velocity, end_rates=rates, planted=planted,
                    dip=dip, toes=toes, push=self._steepness(takeoff))  # fmt: skip
        self.fly(flight_label, keys, turns, travel)

    def _steepness(self, takeoff: Key) -> Float[np.ndarray, "2"]:
        """Angles of both feet in a take-off pose, radians; 0 if heels wait for straight legs."""
        return _feet(self._joints(takeoff))[0] * self.heels

    def relabel(self, old: int, new: int, start: float, end: float) -> None:
        """What he did from ``start`` to ``end``, seconds before now: ``new`` if it was ``old``."""
        first, last, begin = round(start * self.rate), round(end * self.rate), 0
        for record in reversed(self.records):
            begin += len(record["phases"])  # steps from its first one to now
            part = record["phases"][max(begin - first, 0) : max(begin - last, 0)]
            part[part == old] = new

    # Bookkeeping.

    def _grid(self, duration):
        return np.arange(max(2, round(duration * self.rate)) + 1) / self.rate

    def _unrest(self, channels, grid):
        """Slow waves on all joint angles, continuous over phases; limits are kept."""
        frequency, phase, size = self._waves
        t = (self.time + grid)[:, None, None]
        waves = (size * np.sin(2 * np.pi * frequency * t + phase)).sum(axis=1) * self.wobble
        waves[:, :3] = 0
        channels = channels + waves
        channels[:, 3:] = np.clip(channels[:, 3:], LOWEST, HIGHEST)
        return channels

    def _keep(self, grid, channels, pelvis, joints, centre, label, contacts, bed, airborne=None):
        step = grid[1] - grid[0]
        for i, (side, _) in enumerate(SIDES):
            channels[-2:, np.array(_LEGS[i]) + 3] = leg_angles(pelvis[-2:], joints[-2:], side)
        if contacts.shape[1] == 2:  # feet only
            contacts = np.concatenate([contacts, np.zeros_like(contacts)], axis=-1)
        if airborne is None:
            airborne = ~contacts.any(axis=1)
        label = SKILL if self.begun and label == TAKEOFF else label
        phase = {
            "joints": joints, "phases": np.full(len(grid), label, dtype=np.int8),
            "contacts": contacts, "airborne": np.broadcast_to(airborne, len(grid)),
            "surface": self.floor + bed, "doubt": np.full(len(grid), self.doubt),
        }  # fmt: skip
        self.records.append({name: values[:-1] for name, values in phase.items()})
        self.channels = channels[-1].copy()
        before, now = np.unwrap(channels[-2:], axis=0)
        self.rates = (now - before) / step
        self.centre, self.velocity = centre[-1].copy(), (centre[-1] - centre[-2]) / step
        self.toes = joints[-1, _TOES].copy()
        self.lifts, self.yaws = _feet(joints[-1])
        self.time += grid[-1]


def _feet(joints: Float[np.ndarray, "33 3"]) -> tuple[Float[np.ndarray, "2"], ...]:
    """Angles by which the heels are raised and directions of both feet, radians."""
    foot = joints[_TOES] - joints[[INDEX["left_heel"], INDEX["right_heel"]]]
    raised = np.arctan2(-foot[:, 2], np.hypot(foot[:, 0], foot[:, 1]))
    return np.maximum(raised, 0), np.arctan2(foot[:, 1], foot[:, 0])
