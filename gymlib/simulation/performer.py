"""A gymnast who moves phase by phase: on the ground, or in flight, each from where he is.

A phase is given by key poses. Joint angles and the pelvis's orientation run through them as
monotone cubic curves; on the ground the centre of mass does so too and the legs reach for the
feet, in flight it falls freely and the orientation follows from the angular momentum.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator
from scipy.spatial.transform import Rotation, RotationSpline

from gymlib.simulation import flight, ground
from gymlib.simulation.pose import (
    ANGLES, SIDES, euler, forward, leg_angles, limits, orientation, pose,
)  # fmt: skip
from gymlib.simulation.proportions import GRAVITY, SOLE, Proportions, centre_of_mass
from gymlib.skeleton import INDEX

_LEGS = [
    [ANGLES.index(f"{side}_{n}") for n in ("hip", "hip_abduction", "hip_rotation", "knee", "ankle")]
    for side, _ in SIDES
]
_TOES = [INDEX["left_foot_index"], INDEX["right_foot_index"]]
_LIMITS = limits()


def turned(angle: float) -> float:
    """The same angle between -pi and pi: the short way round."""
    return float((angle + np.pi) % (2 * np.pi) - np.pi)


_HANDOVER = 0.02  # metres: how near the floor the next hand or foot takes weight in a wheel


@dataclass(frozen=True)
class Key:
    """A pose to pass through.

    time : seconds after the phase's begin; 0 in ``Performer.jump`` means as physics wants it.
    angles : (24,) joint angles, legs included: they say how high the hips are.
    pitch, roll, yaw : of the pelvis, radians.
    lean : metres the centre of mass lies before the toes; None: over the middle of the feet;
        "pose": where the joint angles put it.
    """

    time: float
    angles: Float[np.ndarray, "24"]
    pitch: float = 0.0
    roll: float = 0.0
    yaw: float = 0.0
    lean: float | str | None = None

    @property
    def channels(self) -> Float[np.ndarray, "27"]:
        return np.r_[self.yaw, self.pitch, self.roll, self.angles]


@dataclass
class Record:
    """What a phase leaves behind, one row per time."""

    joints: Float[np.ndarray, "times 33 3"]
    labels: Int[np.ndarray, " times"]
    contacts: Bool[np.ndarray, "times 4"]
    airborne: Bool[np.ndarray, " times"]
    surface: Float[np.ndarray, " times"]
    doubt: Int[np.ndarray, " times"]


@dataclass
class Performer:
    """A gymnast, the state he is in and what he has done so far.

    rate : steps per second of the fine time grid. rest : joint angles of how he stands.
    floor : height of what he stands on.
    wobble : standard deviation of the slow unrest of all joint angles, radians.
    doubt : mark for what he does now (see Motion.doubt).
    """

    body: Proportions
    rate: float
    rng: np.random.Generator
    rest: Float[np.ndarray, "24"] = field(default_factory=pose)
    floor: float = 0.0
    wobble: float = 0.012
    records: list[Record] = field(default_factory=list)
    time: float = 0.0
    doubt: int = 0

    def __post_init__(self):
        self._waves = (
            self.rng.uniform(0.2, 1.1, (4, 27)), self.rng.uniform(0, 2 * np.pi, (4, 27)),
            self.rng.normal(0, 0.6, (4, 27)),
        )  # fmt: skip
        self.start(Key(0, self.rest))

    def start(self, key: Key, place=(0.0, 0.0)) -> None:
        """Put him somewhere, standing still; forgets nothing of what was recorded."""
        self.channels, self.rates = key.channels, np.zeros(27)
        joints = forward(key.angles[None], orientation(key.channels[None, :3]), self.body)[0]
        shift = np.r_[np.array(place), self.floor + SOLE - ground.lowest(joints)]
        self.toes = joints[_TOES] + shift
        self.toes[:, 2] = self.floor + SOLE
        self.lifts = np.zeros(2)
        self.yaws = np.full(2, key.yaw)
        self.centre, self.velocity = self.over(key), np.zeros(3)

    # Where the centre of mass is.

    def over(self, key: Key, toes=None) -> Float[np.ndarray, "3"]:
        """Centre of mass of a pose that stands on ``toes`` (default: where they are)."""
        toes = self.toes if toes is None else toes
        joints = forward(key.angles[None], orientation(key.channels[None, :3]), self.body)[0]
        centre = centre_of_mass(joints) - joints[_TOES].mean(axis=0)
        height = centre_of_mass(joints)[2] - ground.lowest(joints) + SOLE
        ahead = np.array([np.cos(key.yaw), np.sin(key.yaw)])
        shift = centre[:2]
        if key.lean != "pose":
            lean = -0.42 * self.body.toe if key.lean is None else key.lean
            shift = shift + (lean - shift @ ahead) * ahead
        return np.r_[toes.mean(axis=0)[:2] + shift, self.floor + height]

    @property
    def standing_height(self) -> float:
        """Height of the centre of mass in standing, metres."""
        return float(self.over(Key(0, self.rest))[2])

    # Phases.

    def ground(
        self, label: int, keys: list[Key], *, centres=None, end_velocity=(0.0, 0.0, 0.0),
        end_rates=None, steps=(), planted=(True, True), dip=0.0, calm=False, toes=None,
    ) -> None:  # fmt: skip
        """Move through key poses on the feet.

        centres : places of the centre of mass at the keys, instead of those of the poses.
        end_velocity : of the centre of mass at the last key, metres per second.
        steps : (side, start, end, place, yaw) of feet that change place meanwhile.
        planted : feet on the floor; another leg moves by its joint angles.
        dip : speed with which a trampoline's bed gives way at first, metres per second; it
        throws back as fast at the end, or comes to rest if ``calm``.
        """
        times = np.array([0.0] + [key.time for key in keys])
        grid = self._grid(times[-1])
        times *= grid[-1] / times[-1]
        values = np.stack([self.channels] + [key.channels for key in keys])
        values[:, :3] = np.unwrap(values[:, :3], axis=0)
        channels = self._curve(times, values, grid, self.rates, end_rates)
        channels = self._unrest(channels, grid)
        if centres is None:
            centres = [self.over(key, toes) for key in keys]
        share, lasts = grid / grid[-1], grid[-1]
        bed = -dip * lasts * (share * (1 - share) ** 2 if calm else np.sin(np.pi * share) / np.pi)
        sink = np.array([0, 0, -dip])
        centre = self._curve(
            times, np.stack([self.centre, *centres]), grid, self.velocity - sink,
            np.asarray(end_velocity) + (not calm) * sink,
        )  # fmt: skip
        centre[:, 2] += bed
        feet = self._feet(grid, steps, planted, bed)
        pelvis = orientation(channels[:, :3])
        joints = ground.stand(centre, pelvis, channels[:, 3:], feet, self.body, self.floor)
        self._keep(grid, channels, pelvis, joints, centre, label, feet.planted, bed)

    def _feet(self, grid, steps, planted, bed):
        toes = np.repeat(self.toes[None], len(grid), axis=0)
        yaw = np.repeat(self.yaws[None], len(grid), axis=0)
        settle = np.clip(grid / 0.07, 0, 1)[:, None]
        lift = self.lifts * (1 - settle)
        floor = self.floor + SOLE
        for i in np.flatnonzero(planted):  # a foot that came down a little late
            toes[:, i, 2] = floor + (self.toes[i, 2] - floor) * (1 - settle[:, 0])
        down = np.repeat(np.array(planted)[None], len(grid), axis=0)
        down &= np.abs(toes[:, :, 2] - floor) < 2e-3
        for side, begin, end, place, new_yaw in steps:
            share = np.clip((grid - begin) / (end - begin), 0, 1)
            s = share**3 * (10 - 15 * share + 6 * share**2)
            away = np.linalg.norm(np.asarray(place) - toes[-1, side, :2])
            start = toes[:, side].copy()
            toes[:, side, :2] = start[:, :2] + s[:, None] * (np.asarray(place) - start[:, :2])
            height = 0.05 + 0.12 * min(away, 0.6)
            toes[:, side, 2] += height * np.sin(np.pi * share) ** 2
            lift[:, side] += 0.5 * np.sin(np.pi * np.clip(share * 1.2, 0, 1)) * min(1, away / 0.4)
            yaw[:, side] += s * turned(new_yaw - yaw[0, side])
            down[:, side] &= (share <= 0) | (share >= 1)
        toes[:, :, 2] += bed[:, None]
        return ground.Feet(toes, yaw, lift, down, tuple(not p for p in planted))

    def fly(
        self, label: int, keys: list[Key], turns, travel=None, *, record=True, floor=None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Fly through key poses; the last one meets the floor with its feet.

        turns : whole rotation about the world's x, y and z, radians. travel : x and y that the
        centre of mass moves (default: as the velocity now says).
        Returns the velocity needed at take-off and the rates of the channels there.
        """
        duration = keys[-1].time
        grid = self._grid(duration)
        times = np.array([0.0] + [k.time for k in keys]) * grid[-1] / duration
        values = np.stack([self.channels] + [k.channels for k in keys])
        rates = self.rates.copy()
        for leg in _LEGS:
            rates[np.array(leg) + 3] *= 0.0
        angles = self._curve(times, values, grid, rates, None)
        angles = self._unrest(angles, grid)[:, 3:]
        start, end = orientation(self.channels[:3]), orientation(keys[-1].channels[:3])
        turning = flight.turn(angles, grid[1] - grid[0], start, end, np.asarray(turns), self.body)
        relative = forward(angles, turning, self.body)
        relative = relative - centre_of_mass(relative)[:, None]
        floor = self.floor if floor is None else floor
        rise = floor + SOLE - ground.lowest(relative[-1]) - self.centre[2]
        if travel is None:
            travel = self.velocity[:2] * grid[-1]
        velocity = np.r_[travel, rise] / grid[-1] + np.array([0, 0, GRAVITY * grid[-1] / 2])
        if record:
            centre = self.centre + velocity * grid[:, None]
            centre[:, 2] -= GRAVITY * grid**2 / 2
            channels = np.concatenate([euler(turning), angles], axis=-1)
            self._keep(
                grid, channels, turning, relative + centre[:, None], centre, label,
                np.zeros((len(grid), 4), dtype=bool), np.zeros(len(grid)),
            )  # fmt: skip
            self.velocity = velocity - np.array([0, 0, GRAVITY * grid[-1]])
            self.floor = floor
        first = np.concatenate([euler(turning[:2]), angles[:2]], axis=-1)
        return velocity, (first[1] - first[0]) / (grid[1] - grid[0])

    def wheel(
        self, label: int, times, angles, orientations, *, rest: float = 0.03
    ) -> None:  # fmt: skip
        """Turn over feet and hands like a wheel: what is lowest stands still on the floor.

        Parameters
        ----------
        times : seconds of the keys, from 0. angles : (keys, 24) joint angles and orientations :
        (keys, 3, 3) of the pelvis; the first of each is replaced by how he is now.
        rest : height of a wrist over the floor when the hand carries, metres.
        """
        grid = self._grid(times[-1])
        times = np.asarray(times) * grid[-1] / times[-1]
        values = np.vstack([self.channels[3:], angles[1:]])
        curve = self._curve(times, values, grid, self.rates[3:], None)
        turning = np.concatenate([orientation(self.channels[None, :3]), orientations[1:]])
        pelvis = RotationSpline(times, Rotation.from_matrix(turning))(grid).as_matrix()
        joints = forward(curve, pelvis, self.body)
        carriers = [*_TOES, INDEX["left_index"], INDEX["right_index"]]
        ends = joints[:, carriers]
        heights = ends[..., 2] - np.array([SOLE, SOLE, rest, rest])
        heels = joints[:, [INDEX["left_heel"], INDEX["right_heel"]], 2] - SOLE
        # The weight goes over smoothly from one to the next while both are near the floor.
        share = np.exp(-(heights - heights.min(axis=1, keepdims=True)) / _HANDOVER)
        low = heights.min(axis=1) - _HANDOVER * np.log(share.sum(axis=1))
        share /= share.sum(axis=1, keepdims=True)
        up = self.floor - np.minimum(low, heels.min(axis=1))
        fade = np.clip(1 - grid / 0.12, 0, 1) ** 2
        first = share[0].argmax()
        now = self.toes[first % 2]
        up = up + fade * (now[2] - ends[0, first, 2] - up[0])
        steps = np.einsum("fc,fck->fk", share[:-1], np.diff(ends[..., :2], axis=0))
        moved = now[:2] - ends[0, first, :2] - np.vstack([np.zeros(2), np.cumsum(steps, axis=0)])
        joints = joints + np.concatenate([moved, up[:, None]], axis=1)[:, None]
        stands = share > 0.999
        channels = np.concatenate([euler(pelvis), curve], axis=-1)
        self._keep(
            grid, channels, pelvis, joints, centre_of_mass(joints), label, stands,
            np.zeros(len(grid)), airborne=False,
        )  # fmt: skip

    def jump(
        self, before: list[Key], label: int, keys: list[Key], turns, travel=(0.0, 0.0), *,
        flight_label: int, planted=(True, True), dip=0.0, floor=None, toes=None, push=None,
    ) -> None:  # fmt: skip
        """Gather through ``before`` (its last key is the take-off pose), then :meth:`fly`.

        The push ends with the velocity and turning that the flight needs. The time of the
        take-off key may be 0: then the push lasts as long as an even acceleration takes.
        """
        state = self._state()
        takeoff = before[-1]
        self.channels, self.centre = takeoff.channels, self.over(takeoff, toes)
        self.rates = np.zeros(27)
        velocity, rates = self.fly(flight_label, keys, turns, travel, record=False, floor=floor)
        self._restore(state)
        if takeoff.time == 0:
            lowest = before[-2] if len(before) > 1 else None
            depth = self.over(takeoff, toes)[2] - (
                self.over(lowest, toes)[2] if lowest else self.centre[2]
            )
            lasts = push or float(np.clip(1.9 * depth / velocity[2], 0.1, 0.4))
            before = [*before[:-1], Key((lowest.time if lowest else 0) + lasts, takeoff.angles,
                      takeoff.pitch, takeoff.roll, takeoff.yaw, takeoff.lean)]  # fmt: skip
        rates[3:] *= 0.5
        self.ground(
            label, before, end_velocity=velocity, end_rates=rates, planted=planted, dip=dip,
            toes=toes,
        )  # fmt: skip
        self.fly(flight_label, keys, turns, travel, floor=floor)

    # Bookkeeping.

    def _grid(self, duration):
        return np.arange(max(2, round(duration * self.rate)) + 1) / self.rate

    def _curve(self, times, values, grid, start_rates, end_rates):
        """Monotone cubic curves through values, with given slopes at both ends."""
        slopes = PchipInterpolator(times, values).derivative()(times)
        if len(times) == 2:
            slopes[:] = 0
        steps = np.diff(times)
        slopes[0] = start_rates
        slopes[-1] = 0 if end_rates is None else end_rates
        # A slope too steep for its interval would throw the curve far beyond its keys.
        reach = 0.35 if values.shape[1] == 27 else np.inf
        slopes[0] = np.clip(slopes[0], -reach / steps[0] * 4, reach / steps[0] * 4)
        slopes[-1] = np.clip(slopes[-1], -reach / steps[-1] * 4, reach / steps[-1] * 4)
        return CubicHermiteSpline(times, values, slopes)(grid)

    def _unrest(self, channels, grid):
        """Slow waves on all joint angles, continuous over phases; limits are kept."""
        frequency, phase, size = self._waves
        t = (self.time + grid)[:, None, None]
        waves = (size * np.sin(2 * np.pi * frequency * t + phase)).sum(axis=1) * self.wobble
        waves[:, :3] = 0
        channels = channels + waves
        channels[:, 3:] = np.clip(channels[:, 3:], *_LIMITS.T)
        return channels

    def _keep(self, grid, channels, pelvis, joints, centre, label, contacts, bed, airborne=None):
        step = grid[1] - grid[0]
        for i, (side, _) in enumerate(SIDES):
            channels[-2:, np.array(_LEGS[i]) + 3] = leg_angles(pelvis[-2:], joints[-2:], side)
        if contacts.shape[1] == 2:  # feet only
            contacts = np.concatenate([contacts, np.zeros_like(contacts)], axis=-1)
        if airborne is None:
            airborne = ~contacts.any(axis=1)
        airborne = np.broadcast_to(airborne, len(grid))
        last = slice(0, len(grid) - 1)
        self.records.append(
            Record(
                joints[last], np.full(len(grid) - 1, label, dtype=np.int8), contacts[last],
                airborne[last], self.floor + bed[last], np.full(len(grid) - 1, self.doubt),
            )
        )  # fmt: skip
        self.channels = channels[-1].copy()
        self.rates = np.unwrap(channels[-2:], axis=0)
        self.rates = (self.rates[1] - self.rates[0]) / step
        self.centre, self.velocity = centre[-1].copy(), (centre[-1] - centre[-2]) / step
        self.toes = joints[-1, _TOES].copy()
        heels = joints[-1, [INDEX["left_heel"], INDEX["right_heel"]]]
        foot = self.toes - heels
        self.lifts = np.maximum(np.arctan2(-foot[:, 2], np.hypot(foot[:, 0], foot[:, 1])), 0)
        self.yaws = np.arctan2(foot[:, 1], foot[:, 0])
        self.time += grid[-1]

    def _state(self):
        names = ("channels", "rates", "centre", "velocity", "toes", "lifts", "yaws", "floor")
        return {n: np.copy(getattr(self, n)) for n in names} | {"time": self.time}

    def _restore(self, state):
        for name, value in state.items():
            setattr(self, name, value)
        self.floor = float(self.floor)
