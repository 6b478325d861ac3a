"""A jump: the push on the ground, and the flight that it needs.

In flight the centre of mass falls freely and the orientation follows from the angular momentum.
"""

from dataclasses import replace

import numpy as np

from gymlib.labels import SKILL
from gymlib.simulation.motion import flight, ground
from gymlib.simulation.motion.curves import through
from gymlib.simulation.motion.feet import feet_angles
from gymlib.simulation.motion.keypose import Key
from gymlib.simulation.motion.performer import LEGS, Performer
from gymlib.simulation.motion.pose import euler, forward, orientation
from gymlib.simulation.motion.proportions import GRAVITY, SOLE, centre_of_mass


def jump(
    p: Performer, before: list[Key], label: int, keys: list[Key], turns, travel=(0.0, 0.0), *,
    flight_label: int, planted=(True, True), dip=0.0, toes=None,
) -> None:  # fmt: skip
    """Gather through ``before`` (its last key is the take-off pose), then fly.

    The push ends with the velocity and turning that the flight needs. The time of the
    take-off key may be 0: then the push lasts four fifths of what an even acceleration takes.
    """
    state, takeoff = (p.channels, p.centre, p.rates), before[-1]
    p.channels, p.centre = takeoff.channels, p.over(takeoff, toes)
    p.rates = np.zeros(27)
    velocity, rates = _fly(p, flight_label, keys, turns, travel, record=False)
    p.channels, p.centre, p.rates = state
    if takeoff.time == 0:
        lowest = before[-2] if len(before) > 1 else None
        depth = p.over(takeoff, toes)[2] - (p.over(lowest, toes)[2] if lowest else p.centre[2])
        lasts = float(np.clip(1.6 * depth / velocity[2], 0.1, 0.35))
        takeoff = replace(takeoff, time=(lowest.time if lowest else 0) + lasts)
        before = [*before[:-1], takeoff]
    rates[3:] *= 0.5
    push = feet_angles(p.joints(takeoff))[0] * p.heels
    p.ground(label, before, end_velocity=velocity, end_rates=rates, planted=planted, dip=dip,
             toes=toes, push=push, doing=p.doing)  # fmt: skip
    _fly(p, flight_label, keys, turns, travel)


def _fly(
    p: Performer, label: int, keys: list[Key], turns, travel, *, record=True
) -> tuple[np.ndarray, np.ndarray]:
    """Fly through key poses; the last one meets the floor with its feet.

    turns : whole rotation about the world's x, y and z, radians. travel : x and y that the
    centre of mass moves.
    Returns the velocity needed at take-off and the rates of the channels there.
    """
    duration = keys[-1].time
    grid = p.grid(duration)
    times = np.array([0.0] + [k.time for k in keys]) * grid[-1] / duration
    values = np.stack([p.channels] + [k.channels for k in keys])
    rates = p.rates.copy()
    rates[np.ravel(LEGS) + 3] *= 0.0
    angles = through(times, values, grid, rates, None)
    angles = p.unrest(angles, grid)[:, 3:]
    start, end = orientation(p.channels[:3]), orientation(keys[-1].channels[:3])
    turning = flight.turn(angles, grid[1] - grid[0], start, end, np.asarray(turns), p.body)
    relative = forward(angles, turning, p.body)
    relative = relative - centre_of_mass(relative)[:, None]
    below = p.drop if label == SKILL else 0.0
    rise = p.floor - below + SOLE - ground.lowest(relative[-1]) - p.centre[2]
    velocity = np.r_[travel, rise] / grid[-1] + np.array([0, 0, GRAVITY * grid[-1] / 2])
    if record:
        centre = p.centre + velocity * grid[:, None]
        centre[:, 2] -= GRAVITY * grid**2 / 2
        channels = np.concatenate([euler(turning), angles], axis=-1)
        landed = p.floor - below
        p.floor = min(p.floor, landed)  # what is below him from the edge on
        p.keep(grid, channels, turning, relative + centre[:, None], centre, label)
        p.velocity = velocity - np.array([0, 0, GRAVITY * grid[-1]])
        p.floor, p.drop = landed, p.drop - below
    # A yaw of half a turn is pi or -pi by chance; between two moments it does not jump.
    first = np.unwrap(np.concatenate([euler(turning[:2]), angles[:2]], axis=-1), axis=0)
    return velocity, (first[1] - first[0]) / (grid[1] - grid[0])
