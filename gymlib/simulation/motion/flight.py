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

from gymlib.simulation.motion.pose import forward
from gymlib.simulation.motion.proportions import MASSES, POINTS, Proportions, centre_of_mass

_STEP = 1e-3  # of the momentum, for the derivatives
_CLOSE = 1e-4  # radians


class FlightError(ValueError):
    """No angular momentum brings the body from its take-off to its landing."""


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

    Raises FlightError if no angular momentum is found.
    """
    inverse, inner = _inertia(angles, interval, body)
    duration = interval * (len(angles) - 1)
    guess = _guess(turns, inverse, inner, start, duration)
    # First how much of it, on a grid; then the exact three components from the best of these.
    factors = np.linspace(0.4, 1.9, 31)
    courses = _integrate(factors[:, None] * guess, inverse, inner, interval, start)
    miss = np.linalg.norm(_rotation_vector(end @ courses[-1].transpose(0, 2, 1)), axis=1)
    wrong = [not _right_turns(courses[:, i], turns) for i in range(len(factors))]
    for best in np.argsort(miss + 10.0 * np.array(wrong), kind="stable")[:6]:
        course = _newton(factors[best] * guess, inverse, inner, interval, start, end)
        if course is not None and _right_turns(course, turns):
            return course
    raise FlightError(
        f"no angular momentum was found that turns the body by {np.degrees(turns).round()} degrees "
        f"in {duration:.2f} s; ask for another time of flight or shape"
    )


def _newton(momentum, inverse, inner, interval, start, end):
    """The course of orientations that ends at ``end``, or None if the search gets lost."""
    best, change = np.inf, np.zeros(3)
    for _ in range(40):
        size = max(1.0, float(np.linalg.norm(momentum)))
        # The momentum itself, and a little more of it about each axis, all at once.
        tried = momentum + np.vstack([np.zeros(3), _STEP * size * np.eye(3)])
        courses = _integrate(tried, inverse, inner, interval, start)
        miss = _rotation_vector(end @ courses[-1, 0].T)
        far = float(np.linalg.norm(miss))
        if far < _CLOSE:
            return courses[:, 0]
        if far > 1.05 * best:  # overshot: half the step
            change = change / 2
            momentum = momentum - change
            continue
        best = far
        moved = _rotation_vector(courses[-1, 1:] @ courses[-1, 0].T) / (_STEP * size)
        change = np.linalg.lstsq(moved.T, miss, rcond=None)[0]
        change = change * min(1.0, 0.3 * size / np.linalg.norm(change))
        momentum = momentum + change
    return None


def _guess(turns, inverse, inner, start, duration):
    """The momentum if the body turned about the one axis of ``turns`` all the way."""
    whole = np.linalg.norm(turns)
    if whole < 0.5:
        return np.linalg.inv(inverse.mean(axis=0)) @ turns / duration + start @ inner.mean(axis=0)
    axis = start.T @ turns / whole
    ease = np.einsum("j,tjk,k->t", axis, inverse, axis).mean()
    own = np.einsum("j,tjk,tk->t", axis, inverse, inner).mean()
    return (whole / duration + own) / ease * turns / whole


def _right_turns(course, turns) -> bool:
    """Whether a course turns as often about the axis of ``turns`` as wanted, not once more or
    less."""
    whole = np.linalg.norm(turns)
    if whole < 0.5:
        return True
    steps = _rotation_vector(course[1:] @ course[:-1].transpose(0, 2, 1))
    return bool(abs(steps.sum(axis=0) @ turns / whole - whole) < np.pi)


def _inertia(angles, interval, body):
    """Inverse inertia tensors (times, 3, 3) and angular momentum of the moving limbs (times, 3),
    both in the pelvis's axes and per body mass."""
    joints = forward(angles, np.broadcast_to(np.eye(3), (len(angles), 3, 3)), body)
    points = POINTS @ joints - centre_of_mass(joints)[:, None]
    velocities = np.gradient(points, interval, axis=0)
    inner = np.einsum("p,tpk->tk", MASSES, np.cross(points, velocities))
    squares = np.einsum("p,tpk,tpk->t", MASSES, points, points)
    products = np.einsum("p,tpj,tpk->tjk", MASSES, points, points)
    return np.linalg.inv(squares[:, None, None] * np.eye(3) - products), inner


def _integrate(momenta, inverse, inner, interval, start):
    """Orientations (times, momenta, 3, 3) for several momenta (momenta, 3), midpoint rule."""
    inverse_half = (inverse[1:] + inverse[:-1]) / 2
    inner_half = (inner[1:] + inner[:-1]) / 2
    courses = np.empty((len(inverse), len(momenta), 3, 3))
    courses[0] = start
    for i in range(len(inverse) - 1):
        now = courses[i]
        local = (momenta[:, None] @ now)[:, 0]
        middle = now @ _rotation((local - inner[i]) @ inverse[i] * (interval / 2))
        local = (momenta[:, None] @ middle)[:, 0]
        courses[i + 1] = now @ _rotation((local - inner_half[i]) @ inverse_half[i] * interval)
    return courses


def _rotation(vectors):
    """Rotation matrices (n, 3, 3) of rotation vectors (n, 3), by Rodrigues' formula."""
    angle = np.sqrt(np.einsum("nk,nk->n", vectors, vectors)) + 1e-12
    cross = vectors @ _CROSS
    first, second = np.sin(angle) / angle, (1 - np.cos(angle)) / angle**2
    cross = cross.reshape(-1, 3, 3)
    return _SAME + first[:, None, None] * cross + second[:, None, None] * (cross @ cross)


_SAME = np.eye(3)
_CROSS = np.zeros((3, 9))
_CROSS[0, [5, 7]] = -1, 1
_CROSS[1, [2, 6]] = 1, -1
_CROSS[2, [1, 3]] = -1, 1


def _rotation_vector(matrices):
    return Rotation.from_matrix(matrices).as_rotvec()
