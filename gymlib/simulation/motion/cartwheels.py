"""Cartwheel and round-off: over feet and hands like a wheel."""

import numpy as np
from scipy.spatial.transform import Rotation, RotationSpline

from gymlib.labels import SKILL, TAKEOFF
from gymlib.simulation.motion.curves import through
from gymlib.simulation.motion.keypose import key
from gymlib.simulation.motion.performer import Performer
from gymlib.simulation.motion.pose import about, euler, forward, orientation, pose
from gymlib.simulation.motion.proportions import SOLE, centre_of_mass
from gymlib.simulation.motion.truth import WHEEL
from gymlib.skeleton import INDEX

_CARRIERS = ("left_foot_index", "right_foot_index", "left_index", "right_index")
_PALM = 0.03  # metres from the tip of a carrying hand down to the floor
_HANDOVER = 0.02  # metres: how near the floor the next hand or foot takes weight


def turn_over(p: Performer, foot: int, *, round_off: bool) -> None:
    """Cartwheel or round-off out of a run, over ``foot`` and both hands.

    A cartwheel ends standing sideways with the feet apart, a round-off on both feet facing back.
    The lunge with rising arms is take-off; with the body tipping over the skill has begun.
    """
    side = -1.0 if foot else 1.0  # over the right foot he turns to the left, and so on

    def facing(turned: float, twist: float):
        """Pelvis after turning ``turned`` degrees forward over, twisted about its long axis."""
        return about("y", np.radians(turned)) @ about("z", np.radians(twist))

    away, near = ("left", "right") if foot else ("right", "left")
    up = dict(shoulder=175, shoulder_abduction=4 + 8 * p.style.arch, elbow=6 + 12 * p.style.arch)
    lunge = pose(**up, lumbar=6, hip=10, **{f"{near}_hip": 60.0, f"{near}_knee": 45.0},
                 **{f"{near}_ankle": 0.0, f"{away}_hip": -20.0, f"{away}_knee": 10.0})  # fmt: skip
    reach = pose(**up, hip=20, knee=8, ankle=30, lumbar=12,
                 **{f"{near}_hip": 85.0, f"{near}_knee": 30.0, f"{away}_hip": -25.0})  # fmt: skip
    wide = 52 - 22 * p.style.arch
    split = pose(**up, knee=6 + 20 * p.style.arch, ankle=40, hip_abduction=wide, neck=-20)
    lasts = p.rng.uniform(1.1, 1.35) / p.style.tempo
    if round_off:
        closed = pose(**up, hip=10, knee=12, ankle=35, hip_abduction=5, lumbar=5)
        snap = pose(shoulder=150, elbow=12, hip=75, knee=22, ankle=25, lumbar=22)
        angles = [lunge, lunge, reach, split, closed, snap]
        turns = [(12, 0), (22, 0), (78, 25), (175, 90), (235, 130), (312, 180)]
        shares = [0, 0.15, 0.36, 0.66, 0.83, 1.0]
    else:
        down = pose(**up, knee=8, ankle=20, hip_abduction=wide * 0.85, lumbar_side=0)
        stride = pose(
            shoulder=120, shoulder_abduction=35, elbow=15, hip_abduction=28, knee=10, hip=8
        )
        angles = [lunge, lunge, reach, split, down, stride]
        turns = [(12, 0), (22, 0), (80, 40), (180, 90), (280, 90), (360, 90)]
        shares = [0, 0.14, 0.34, 0.6, 0.84, 1.1]
    turned = np.stack([facing(turn, side * twist) for turn, twist in turns])
    p.doubt, p.begun = WHEEL, True
    _wheel(p, SKILL, np.array(shares) * lasts, np.stack(angles), turned)
    p.relabel(SKILL, TAKEOFF, shares[-1] * lasts, (shares[-1] - shares[1]) * lasts)
    p.doubt = 0


def gather(p: Performer) -> None:
    """After a cartwheel: bring the feet together and turn to face back along the run."""
    back = np.pi if p.channels[0] > 0 else -np.pi
    ahead = np.array([-1.0, 0.0])
    first = int(p.toes[0] @ [-1, 0, 0] < p.toes[1] @ [-1, 0, 0])  # the foot further behind moves
    apart = np.array([0.0, (p.body.hips * 0.9) * (1 if first == 1 else -1)])
    place = p.toes[1 - first, :2] + 0.25 * ahead + apart
    lasts = p.rng.uniform(0.45, 0.65)
    standing = p.style.standing(shoulder=p.rng.uniform(40, 140))
    end = key(lasts, standing, 3, yaw=np.degrees(back))
    goal = p.over(end)
    goal[:2] = (p.toes[1 - first, :2] + place) / 2 - 0.42 * p.body.toe * ahead
    p.ground(
        TAKEOFF, [end], centres=[goal],
        steps=[(first, 0.0, 0.5 * lasts, place, back), (1 - first, 0.5 * lasts, lasts,
               p.toes[1 - first, :2], back)],
    )  # fmt: skip


def _wheel(p: Performer, label: int, times, angles, orientations) -> None:
    """Turn over feet and hands like a wheel: what is lowest stands still on the floor.

    Parameters
    ----------
    times : seconds of the keys, from 0. angles : (keys, 24) joint angles and orientations :
    (keys, 3, 3) of the pelvis; the first of each is replaced by how he is now.
    """
    grid = p.grid(times[-1])
    times = np.asarray(times) * grid[-1] / times[-1]
    values = np.vstack([p.channels[3:], angles[1:]])
    curve = through(times, values, grid, p.rates[3:], None)
    turning = np.concatenate([orientation(p.channels[None, :3]), orientations[1:]])
    pelvis = RotationSpline(times, Rotation.from_matrix(turning))(grid).as_matrix()
    joints = forward(curve, pelvis, p.body)
    carriers = [INDEX[name] for name in _CARRIERS]
    ends = joints[:, carriers]
    heights = ends[..., 2] - np.array([SOLE, SOLE, _PALM, _PALM])
    heels = joints[:, [INDEX["left_heel"], INDEX["right_heel"]], 2] - SOLE
    # The weight goes over smoothly from one to the next while both are near the floor.
    share = np.exp(-(heights - heights.min(axis=1, keepdims=True)) / _HANDOVER)
    low = heights.min(axis=1) - _HANDOVER * np.log(share.sum(axis=1))
    share /= share.sum(axis=1, keepdims=True)
    up = p.floor - np.minimum(low, heels.min(axis=1))
    fade = np.clip(1 - grid / 0.12, 0, 1) ** 2
    first = share[0].argmax()
    now = p.toes[first % 2]
    up = up + fade * (now[2] - ends[0, first, 2] - up[0])
    steps = np.einsum("fc,fck->fk", share[:-1], np.diff(ends[..., :2], axis=0))
    moved = now[:2] - ends[0, first, :2] - np.vstack([np.zeros(2), np.cumsum(steps, axis=0)])
    joints = joints + np.concatenate([moved, up[:, None]], axis=1)[:, None]
    stands = share > 0.999
    channels = np.concatenate([euler(pelvis), curve], axis=-1)
    p.keep(
        grid, channels, pelvis, joints, centre_of_mass(joints), label, contacts=stands,
        airborne=False,
    )  # fmt: skip
