"""Rendered films of a body that turns a somersault, and of one that waits; the truth is known."""

import numpy as np

from gymlib import video
from gymlib.simulation.motion.pose import forward
from gymlib.simulation.motion.pose import pose as bent
from gymlib.simulation.motion.proportions import Proportions
from gymlib.simulation.rendering.appearance import Appearance
from gymlib.simulation.rendering.camera import Camera
from gymlib.simulation.rendering.renderer import render
from gymlib.simulation.rendering.scene import Scene
from gymlib.skeleton import torso_length

CAMERA = Camera((0.0, -5.5, 1.5), 0.0, -0.04, 0.0, 640.0, 480, 360, noise=2.0)
STAND, FLY = 6, 20  # frames


def posture(**degrees):
    """Joints of a person of 1.75 m about the middle of the hips, metres."""
    return forward(bent(**degrees)[None], np.eye(3)[None], Proportions.of(1.75))[0]


def somersault(x=0.0):
    """A body that stands, turns over backwards in the air and stands again; metres."""
    upright, tucked = posture(shoulder=20), posture(hip=60, knee=70, shoulder=40)
    hip = 0.02 - upright[:, 2].min()
    frames = []
    for frame in range(2 * STAND + FLY):
        share = np.clip((frame - STAND) / FLY, 0, 1)
        folded = np.sin(np.pi * share)
        cosine, sine = np.cos(2 * np.pi * share), np.sin(2 * np.pi * share)
        turn = np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]])
        joints = (1 - folded) * upright + folded * tucked
        frames.append(joints @ turn.T + [x, 0, hip + 3.2 * share * (1 - share)])
    return np.stack(frames)


def waiting(x):
    upright = posture(shoulder=10)
    upright = upright + [x, 0.6, 0.02 - upright[:, 2].min()]
    return np.repeat(upright[None], 2 * STAND + FLY, axis=0)


def pictures(*bodies):
    """RGB pictures, 30 a second."""
    looks = [Appearance.sample(np.random.default_rng(number)) for number in range(len(bodies))]
    return render(list(zip(bodies, looks)), Scene(), CAMERA, 30.0)


def write(path, *bodies):
    video.write_video(path, pictures(*bodies), 30.0)
    return path


def error(keypoints, true):
    """Distance of the body's joints (pixels) from the truth in torso lengths."""
    away = np.linalg.norm(keypoints - true, axis=-1)
    return (away / np.percentile(torso_length(true), 75))[:, 11:29]
