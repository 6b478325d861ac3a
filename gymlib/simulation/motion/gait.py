"""Walking and running: steps in a plane, the centre of mass ballistic whenever both feet are up.

A step begins when its foot is lifted and ends when it is planted. Steps follow each other every
``period``; a foot stands for ``stance`` seconds. A stance shorter than the period leaves a
moment without contact: running.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from gymlib.simulation.motion import ground
from gymlib.simulation.motion.curves import ease, turned
from gymlib.simulation.motion.feet import Feet
from gymlib.simulation.motion.keypose import Key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.pose import ANGLES, orientation
from gymlib.simulation.motion.proportions import GRAVITY, SOLE
from gymlib.simulation.motion.truth import RUNNING, WALKING


@dataclass(frozen=True)
class Gait:
    """How somebody walks or runs; seconds, metres per second, degrees.

    ``arms`` is the swing of the shoulders, ``elbow`` their bend, ``lean`` that of the trunk,
    ``sink`` how many metres the hips are lower than in standing, ``lift`` how high a foot swings.
    """

    speed: float
    period: float
    stance: float
    arms: float
    elbow: float
    lean: float
    sink: float
    lift: float

    @classmethod
    def walking(cls, speed: float = 1.1) -> "Gait":
        """Walking; slower is also shorter steps."""
        period = 0.5 + 0.1 * (1.2 - speed)
        return cls(speed, period, 1.12 * period, 18 * speed, 18, 3, 0.035, 0.05)

    @classmethod
    def running(cls, speed: float = 3.0) -> "Gait":
        """Running up to a jump."""
        return cls(speed, 0.31, min(0.22, 0.58 / speed), 32, 80, 9, 0.05, 0.20)


def go(
    p: Performer, label: int, gait: Gait, steps: int, direction: float = 0.0, *,
    facing: float | None = None, first: int = 0, stop: bool = True,
) -> int:  # fmt: skip
    """Take steps in a direction (radians, 0 along +x) and return the foot planted last.

    facing : where the pelvis looks at the end (default: where it looks now). stop : bring the
    feet together and stand; otherwise the last step ends when its foot is planted, at full
    speed. Feet not planted then are in the air.
    """
    swing = 2 * gait.period - gait.stance
    air = max(gait.period - gait.stance, 0.0)
    begin = max(swing - gait.period, 0.0) + 0.12 if air else 0.05
    plant = begin + swing + gait.period * np.arange(steps)
    grid = p.grid(plant[-1] + (0.25 if stop else 0))
    plant *= grid[-1] / (plant[-1] + (0.25 if stop else 0))
    ahead = np.array([np.cos(direction), np.sin(direction)])
    travel, speed = _course(p, gait, grid, plant, ahead, stop, air)
    centre = np.empty((len(grid), 3))
    centre[:, :2] = p.centre[:2] + travel[:, None] * ahead
    drift = (p.velocity[:2] @ [-ahead[1], ahead[0]]) * 0.1 * (1 - np.exp(-grid / 0.1))
    centre[:, :2] += drift[:, None] * [-ahead[1], ahead[0]]
    centre[:, 2] = _heights(p, gait, grid, plant, stop, air)
    yaw = float(p.channels[0] if facing is None else facing)
    feet = _feet(p, gait, grid, plant, travel, speed, ahead, yaw, first, stop, air)
    channels = _arms(p, gait, grid, plant, yaw, first, stop)
    pelvis = orientation(channels[:, :3])
    joints = ground.stand(centre, pelvis, channels[:, 3:], feet, p.body, p.floor)
    p.doing = RUNNING if air else WALKING
    p.keep(grid, channels, pelvis, joints, centre, label, contacts=feet.planted)
    return (first + steps - 1) % 2


def _course(p, gait, grid, plant, ahead, stop, air):
    """Way along the direction and speed; even while in the air, faster from step to step."""
    start = float(p.velocity[:2] @ ahead)
    if air:
        rates = gait.speed * np.minimum(1, np.maximum(0.5 + 0.25 * np.arange(len(plant)),
                                                      start / gait.speed))  # fmt: skip
        times = np.stack([plant - air, plant], axis=-1).ravel()
        speed = PchipInterpolator(np.r_[0, times, grid[-1] + 1e-6],
                                  np.r_[start, np.repeat(rates, 2), rates[-1]])(grid)  # fmt: skip
    else:
        rise = np.clip(grid / plant[0], 0, 1)
        speed = start + (gait.speed - start) * rise**2 * (3 - 2 * rise)
    if stop:
        fall = np.clip((grid - (plant[-1] - 1.1 * gait.period)) / (1.1 * gait.period + 0.2), 0, 1)
        speed *= 1 - fall**2 * (3 - 2 * fall)
    step = grid[1] - grid[0]
    return np.r_[0, np.cumsum((speed[1:] + speed[:-1]) / 2 * step)], speed


def _heights(p, gait, grid, plant, stop, air):
    """Height of the centre of mass: parabolas in the air, smooth arcs between."""
    tall = float(p.over(Key(0, p.rest))[2])
    base = tall - gait.sink
    times, heights, slopes = [0.0], [p.centre[2]], [p.velocity[2]]
    up = GRAVITY * air / 2
    for t in plant:
        if air:
            times += [t - air, t]
            heights += [base, base]
            slopes += [up, -up]
        else:
            times += [t - 0.5 * gait.period, t]
            heights += [base + 0.02, base]
            slopes += [0, 0]
    if stop:
        times, heights, slopes = times + [grid[-1]], heights + [tall - 0.004], slopes + [0.0]
    curve = CubicHermiteSpline(times, heights, slopes)(grid)
    for t in plant if air else []:
        flying = (grid >= t - air) & (grid <= t)
        s = grid[flying] - (t - air)
        curve[flying] = base + up * s - GRAVITY * s**2 / 2
    return curve


def _feet(p, gait, grid, plant, travel, speed, ahead, yaw, first, stop, air):
    """The path of both feet."""
    floor = p.floor + SOLE
    toes = np.repeat(p.toes[None], len(grid), axis=0)
    toes[:, :, 2] = floor
    planted = np.ones((len(grid), 2), dtype=bool)
    lift = p.lifts * (1 - np.clip(grid / 0.07, 0, 1))[:, None]
    yaws = np.repeat(p.yaws[None], len(grid), axis=0)
    side = np.array([-np.sin(yaw), np.cos(yaw)])
    look = np.array([np.cos(yaw), np.sin(yaw)])
    swing = 2 * gait.period - gait.stance
    # The step that would come next has already begun when the last foot is planted.
    steps = plant if stop else np.r_[plant, plant[-1] + gait.period]
    for k, t in enumerate(steps):
        foot = (first + k) % 2
        begin = t - swing
        share = np.clip((grid - begin) / swing, 0, 1)
        moving = (share > 0) & (share < 1)
        now = int(np.argmin(abs(grid - t)))
        reach = (0.45 if air else 0.35) * gait.stance * speed[now]
        beyond = (t - grid[now]) * speed[now] if t > grid[-1] else 0.0
        goal = p.centre[:2] + (travel[now] + beyond + reach) * ahead
        if stop and k >= len(plant) - 2:
            goal = p.centre[:2] + travel[-1] * ahead
        goal = goal + 0.42 * p.body.toe * look + (0.5 - foot) * p.body.hips * 0.9 * side
        s = ease(share)
        toes[:, foot, :2] += s[:, None] * (goal - toes[-1, foot, :2])
        toes[:, foot, 2] += gait.lift * np.sin(np.pi * share**0.75) ** 1.5
        steep = 0.9 if gait.stance < gait.period else 0.5
        lift[:, foot] = np.where(moving, steep * (1 - share) ** 1.3, lift[:, foot])
        # The heel comes off before the toes do.
        push = np.clip((grid - begin) / (0.55 * gait.stance) + 1, 0, 1)
        pushing = (grid <= begin) & (push > 0)
        lift[pushing, foot] = np.maximum(lift[pushing, foot], steep * push[pushing] ** 2)
        yaws[:, foot] += s * turned(yaw - yaws[-1, foot])
        planted[moving, foot] = False
    return Feet(toes, yaws, lift, planted)


def _arms(p, gait, grid, plant, yaw, first, stop):
    """Channels: the posture he had, blending into swinging arms and a turning trunk."""
    blend = np.clip(grid / 0.3, 0, 1)
    blend = blend**2 * (3 - 2 * blend)
    out = np.clip((grid[-1] - grid) / 0.3, 0, 1)
    swinging = blend * out**2 * (3 - 2 * out) if stop else blend
    phase = np.pi * (grid - plant[0]) / gait.period  # a plant of the first foot at even pi
    sign = 1.0 if first == 0 else -1.0
    channels = np.repeat(p.channels[None], len(grid), axis=0)
    drift = 0.06 * (1 - np.exp(-grid / 0.06)) * (1 - blend)  # the movement he was in dies out
    channels = channels + p.rates * drift[:, None]
    turn = turned(yaw - p.channels[0])
    share = np.clip(grid / (0.8 * grid[-1]), 0, 1)
    wave = sign * np.cos(phase) * swinging
    goal = {
        "left_shoulder": -gait.arms * wave + 8, "right_shoulder": gait.arms * wave + 8,
        "elbow": gait.elbow * swinging, "lumbar_twist": 6 * wave, "shoulder_abduction": 8.0,
    }  # fmt: skip
    for i, name in enumerate(ANGLES):
        target = np.full(len(grid), p.rest[i])
        for part in (name, name.removeprefix("left_").removeprefix("right_")):
            if part in goal:
                target = np.maximum(np.radians(goal[part]), p.rest[i] if part == "elbow" else -9)
                break
        channels[:, 3 + i] += blend * (target - channels[:, 3 + i])
    channels[:, 0] += turn * share**2 * (3 - 2 * share) - 0.10 * wave
    channels[:, 1] += blend * (np.radians(gait.lean) * swinging - channels[:, 1])
    channels[:, 2] += blend * (-channels[:, 2])
    return p.unrest(channels, grid)
