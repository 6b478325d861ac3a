"""A phase on seat, back, knees or hands, or in water."""

import numpy as np
from jaxtyping import Float

from gymlib.simulation.motion import ground
from gymlib.simulation.motion.curves import ease, through, turned
from gymlib.simulation.motion.keypose import Key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.pose import forward, orientation
from gymlib.simulation.motion.proportions import centre_of_mass


def lie(
    p: Performer, label: int, keys: list[Key], ahead: Float[np.ndarray, " keys"], heights=None
) -> None:
    """Move on seat, back, knees or hands: the lowest part of the body rests on the floor.

    The legs move by their joint angles. ``ahead`` is how far the centre of mass has come at
    each key in the direction he looked at first, metres; ``heights`` those of the centre of
    mass over the floor where nothing rests on it, as in water.
    """
    times = np.array([0.0] + [key.time for key in keys])
    grid = p.grid(times[-1])
    times *= grid[-1] / times[-1]
    values = np.stack([p.channels] + [key.channels for key in keys])
    channels = p.unrest(through(times, values, grid, p.rates, None), grid)
    pelvis = orientation(channels[:, :3])
    joints = forward(channels[:, 3:], pelvis, p.body)
    joints = joints - centre_of_mass(joints)[:, None]
    look = np.array([np.cos(p.channels[0]), np.sin(p.channels[0])])
    places = p.centre[:2] + np.r_[0.0, ahead][:, None] * look
    centre = np.empty((len(grid), 3))
    centre[:, :2] = through(times, places, grid, p.velocity[:2], None)
    if heights is None:
        centre[:, 2] = p.floor + ground.resting_height(joints)
        begin, end = p.centre[2] - centre[0, 2], p.over(keys[-1])[2] - centre[-1, 2]
        soon = min(0.25, grid[-1] / 2)
        centre[:, 2] += begin * (1 - ease(grid / soon))
        centre[:, 2] += end * ease((grid - grid[-1] + soon) / soon)
    else:
        z = np.r_[p.centre[2], p.floor + heights][:, None]
        centre[:, [2]] = through(times, z, grid, p.velocity[2:], None)
    p.keep(grid, channels, pelvis, joints + centre[:, None], centre, label, airborne=False)
    p.channels[:3] = [turned(angle) for angle in p.channels[:3]]
