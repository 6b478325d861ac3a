"""Head and face, fitted to the eleven keypoints of the face."""

import numpy as np

from gymlib.simulation.rendering.mesh import tube
from gymlib.skeleton import INDEX

TORSO = 0.53
"""Metres from mid-hip to mid-shoulder of the body whose sizes are given in metres."""

# From chin to crown: share of the height, reach of the face and of the back of the head as shares
# of their greatest, half width as a share of the ears'.
_HEAD = np.array(
    [
        (0.00, 0.70, -0.40, 0.00),
        (0.03, 0.88, -0.20, 0.42),
        (0.08, 0.93, 0.00, 0.62),
        (0.16, 0.97, 0.25, 0.80),
        (0.30, 1.00, 0.60, 0.96),
        (0.45, 1.00, 0.92, 1.02),
        (0.58, 1.00, 1.00, 1.05),
        (0.72, 0.96, 1.00, 1.02),
        (0.84, 0.80, 0.92, 0.88),
        (0.93, 0.52, 0.72, 0.62),
        (0.98, 0.22, 0.42, 0.34),
        (1.00, 0.00, 0.20, 0.00),
    ]
)
_EYE_WHITE, _IRIS = (222, 218, 212), (46, 34, 30)


def add_head(builder, look, size) -> None:
    """Add neck, skull, hair and face to a mesh.

    ``size`` holds the lengths "torso", "neck" and the keypoints "face" (11, 3) in the axes of
    the head (forward, left, up from between the ears), metres.
    """
    g = size["torso"] / TORSO
    face = {name: size["face"][i] for name, i in INDEX.items() if i < 11}
    neck = [(-0.05 * g, 0.050 * g, 0.055 * g, 0), (0.4 * size["neck"], 0.048 * g, 0.050 * g, 0),
            (0.95 * size["neck"], 0.050 * g, 0.052 * g, 0)]  # fmt: skip
    builder.add(tube(np.array(neck)), look.skin, "neck")
    half = max(face["left_ear"][1], 0.05 * g)
    cheek = face["nose"][0] - 0.022 * g  # how far the face's surface lies before the ears
    eyes = (face["left_eye"] + face["right_eye"])[2] / 2
    chin, crown = face["mouth_left"][2] - 0.045 * g, eyes + 0.125 * g
    share, ahead, behind, width = np.array(
        [np.interp(np.linspace(0, 1, 16), np.linspace(0, 1, len(_HEAD)), c) for c in _HEAD.T]
    )
    front, back = ahead * cheek, -behind * 0.085 * g
    height = chin + share * (crown - chin)
    rings = np.stack([height, (front - back) / 2, half * width, (front + back) / 2], axis=-1)
    _add_skull(builder, look, rings, cheek, g)
    if look.hairstyle != "short":
        _add_knot(builder, look, eyes, g)
    _add_face(builder, look, face, cheek, half, g)


def _add_skull(builder, look, rings, cheek, g):
    """The head, and over it a cap of hair that stands off the skin."""
    points, quads = tube(rings, 18)
    centres = points[quads].mean(axis=1)
    low, high = rings[0, 0], rings[-1, 0]
    share, forward = (centres[:, 2] - low) / (high - low), centres[:, 0] / cheek
    # The hairline: high over the forehead, before the ears beside them, low at the neck.
    line = np.interp(forward, [-0.4, 0.0, 0.25, 0.5, 1.0], [0.30, 0.45, 0.68, 0.76, 0.80])
    hair = share > line
    builder.add((points, quads), np.where(hair[:, None], look.hair, look.skin), "head")
    centre = np.array([0.0, 0.0, (low + high) / 2])
    cap = centre + (points - centre) * (1 + 0.012 * g / 0.09)
    builder.add((cap, quads[hair]), look.hair, "head")


def _add_knot(builder, look, eyes, g):
    """A bun, or a ponytail hanging from the back of the head."""
    backward, radius, drop = {"bun": (0.115, 0.042, 0.03), "ponytail": (0.115, 0.032, 0.15)}[
        look.hairstyle
    ]
    along = np.linspace(0, np.pi, 7)
    rings = np.stack(
        [
            (1 - np.cos(along)) / 2 * (drop + radius) * g,
            radius * g * np.sin(along),
            radius * g * np.sin(along),
            0 * along,
        ],
        axis=-1,
    )
    points, quads = tube(rings, 10)
    points = points + [-backward * g, 0, eyes + 0.05 * g - drop * g]
    builder.add((points, quads), look.hair, "head")


def _add_face(builder, look, face, cheek, half, g):
    """Nose, eyes, brows, mouth and ears at their keypoints."""
    skin = np.array(look.skin, float)

    def oval(centre, wide, tall, colour, lift):
        builder.add(_oval(centre, wide, tall, cheek, half), colour, "head", lift)

    nose = np.array([(-0.016, 0, 0, 0), (-0.012, 0.008, 0.012, 0), (-0.004, 0.014, 0.016, 0),
                     (0.012, 0.011, 0.012, -0.006), (0.042, 0.003, 0.006, -0.016)]) * g  # fmt: skip
    points, quads = tube(nose, 8)
    points = points + [face["nose"][0] - 0.013 * g, 0, face["nose"][2]]
    builder.add((points, quads), skin * 0.97, "head", 0.004)
    for side in ("left", "right"):
        eye, ear = face[f"{side}_eye"], face[f"{side}_ear"]
        corners = face[f"{side}_eye_outer"] - face[f"{side}_eye_inner"]
        wide = max(np.linalg.norm(corners) / 2, 0.011 * g)
        oval(eye - [0, 0, 0.013 * g], wide * 1.1, 0.004 * g, skin * 0.85, 0.010)
        oval(eye, wide * 1.05, 0.0085 * g, _EYE_WHITE, 0.012)
        oval(eye, 0.0070 * g, 0.0078 * g, _IRIS, 0.016)
        oval(eye + [0, 0, 0.023 * g], wide * 1.3, 0.0045 * g, np.array(look.hair) * 0.9, 0.012)
        shell = np.array([(-0.03, 0, 0, 0), (-0.02, 0.012, 0.008, 0), (0, 0.017, 0.011, 0),
                          (0.02, 0.019, 0.011, 0), (0.03, 0, 0, 0)]) * g  # fmt: skip
        points, quads = tube(shell, 8)
        builder.add((points + ear - [0.005, 0, 0], quads), skin * 0.92, "head", 0.01)
    mouth = (face["mouth_left"] + face["mouth_right"]) / 2
    wide = max((face["mouth_left"] - face["mouth_right"])[1] / 2, 0.02 * g)
    oval(mouth, wide, 0.0085 * g, skin * [0.80, 0.58, 0.58], 0.012)
    oval(mouth, wide * 0.9, 0.0022 * g, skin * 0.38, 0.016)


def _oval(centre, wide, tall, cheek, half):
    """An oval lying on the face, whose surface is about an ellipse seen from above."""
    angle = np.arange(8) * np.pi / 4 + np.pi / 8
    left, up = centre[1] + wide * np.cos(angle), centre[2] + tall * np.sin(angle)
    forward = cheek * np.sqrt(np.clip(1 - (left / (1.05 * half)) ** 2, 0.05, 1)) + 0.003
    points = np.stack([forward, left, up], axis=-1)
    return points, np.array([[0, 1, 2, 3], [0, 3, 4, 7], [4, 5, 6, 7]])
