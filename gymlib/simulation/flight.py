"""A body in the air: its centre of mass falls freely, its angular momentum stays.

The joint angles over time are the gymnast's choice; how fast the body turns follows from them.
With r the mass points about the centre of mass in the pelvis's axes, R the pelvis's orientation
and w its angular velocity in its own axes, the angular momentum in the world's axes is
``H = R (I w + sum m r x dr/dt)``; H is constant, which gives w at each moment. Only one question
is left, which H brings the body from the take-off's orientation to the landing's in the time of
flight; it is answered by Newton's method.
"""

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from gymlib.simulation.pose import forward
from gymlib.simulation.proportions import MASSES, POINTS, Proportions, centre_of_mass


def turn(
    angles: Float[np.ndarray, "times 24"],
    interval: float,
    start: Float[np.ndarray, "3 3"],
    end: Float[np.ndarray, "3 3"],
    turns: Float[np.ndarray, "3"],
    body: Proportions,
) -> Float[np.ndarray, "times 3 3"]:
    """Orientations of the pelvis during a flight.

    Parameters
    ----------
    angles : joint angles at equal intervals (seconds) from take-off to landing.
    start, end : orientation at take-off and landing; columns are the pelvis's axes in the world.
    turns : the whole rotation in the world's axes, radians (back somersault: y about -2 pi). It
        need only be right within half a turn; ``end`` decides exactly.

    Raises ValueError if no angular momentum is found that ends within 0.001 radians.
    """
    inertia, inner = _inertia(angles, interval, body)
    mean = start @ np.linalg.inv(np.linalg.inv(inertia).mean(axis=0)) @ start.T
    momentum = mean @ turns / (interval * (len(angles) - 1))
    for _ in range(30):
        orientations = _integrate(momentum, inertia, inner, interval, start)
        miss = _rotation_vector(end @ orientations[-1].T)
        if np.linalg.norm(miss) < 1e-4:
            return orientations
        momentum = momentum + _newton(momentum, miss, inertia, inner, interval, start)
    raise ValueError(
        f"no angular momentum turns the body by {np.degrees(turns).round()} degrees in "
        f"{interval * (len(angles) - 1):.2f} s; {np.linalg.norm(miss):.3f} radians are missing"
    )


def _newton(momentum, miss, inertia, inner, interval, start):
    """The step that would remove the miss if the end depended linearly on the momentum."""
    step = 1e-3 * max(1.0, float(np.linalg.norm(momentum)))
    base = _integrate(momentum, inertia, inner, interval, start)[-1]
    columns = [
        _rotation_vector(
            _integrate(momentum + step * axis, inertia, inner, interval, start)[-1] @ base.T
        )
        / step
        for axis in np.eye(3)
    ]
    change = np.linalg.lstsq(np.stack(columns, axis=-1), miss, rcond=None)[0]
    largest = 0.4 * max(1.0, float(np.linalg.norm(momentum)))
    return change * min(1.0, largest / max(float(np.linalg.norm(change)), 1e-12))


def _inertia(angles, interval, body):
    """Inverse-ready inertia tensors (times, 3, 3) and inner angular momentum (times, 3)."""
    joints = forward(angles, np.broadcast_to(np.eye(3), (len(angles), 3, 3)), body)
    points = POINTS @ joints - centre_of_mass(joints)[:, None]
    velocities = np.gradient(points, interval, axis=0)
    inner = np.einsum("p,tpk->tk", MASSES, np.cross(points, velocities))
    squares = np.einsum("p,tpk,tpk->t", MASSES, points, points)
    products = np.einsum("p,tpj,tpk->tjk", MASSES, points, points)
    return squares[:, None, None] * np.eye(3) - products, inner


def _integrate(momentum, inertia, inner, interval, start):
    """Orientations (times, 3, 3) for an angular momentum (3,), by the midpoint rule."""
    inverse = np.linalg.inv(inertia)
    inverse_half = (inverse[1:] + inverse[:-1]) / 2
    inner_half = (inner[1:] + inner[:-1]) / 2
    orientations = np.empty((len(inertia), 3, 3))
    orientations[0] = start
    for i in range(len(inertia) - 1):
        now = orientations[i]
        rate = inverse[i] @ (momentum @ now - inner[i])
        middle = now @ _rotation(rate * interval / 2)
        rate = inverse_half[i] @ (momentum @ middle - inner_half[i])
        orientations[i + 1] = now @ _rotation(rate * interval)
    return orientations


def _rotation(vector):
    """Rotation matrix of a rotation vector (Rodrigues)."""
    angle = float(np.sqrt(vector @ vector))
    x, y, z = vector
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    if angle < 1e-9:
        return np.eye(3) + cross
    return (
        np.eye(3) + np.sin(angle) / angle * cross + (1 - np.cos(angle)) / angle**2 * cross @ cross
    )


def _rotation_vector(matrix):
    return Rotation.from_matrix(matrix).as_rotvec()
