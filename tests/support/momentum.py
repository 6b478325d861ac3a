"""What no force from outside changes in the air."""

import numpy as np
from jaxtyping import Float

from gymlib.simulation.motion.proportions import MASSES, POINTS, centre_of_mass


def angular_momentum(
    joints: Float[np.ndarray, "frames 33 3"], interval: float
) -> Float[np.ndarray, "frames-2 3"]:
    """Angular momentum about the centre of mass per body mass, m2/s, by central differences.

    ``interval`` is the time between frames in seconds. The first and the last frame have none.
    """
    points = POINTS @ joints
    points = points - centre_of_mass(joints)[:, None]
    velocities = (points[2:] - points[:-2]) / (2 * interval)
    return np.einsum("p,fpk->fk", MASSES, np.cross(points[1:-1], velocities))
