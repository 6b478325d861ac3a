"""The body of a gymnast, fitted to the skeleton: torso, arms and legs in their clothes."""

import numpy as np
from jaxtyping import Float

from gymlib.simulation.rendering.appearance import Appearance
from gymlib.simulation.rendering.head import TORSO, add_head
from gymlib.simulation.rendering.mesh import BONES, FRAME, Mesh, MeshBuilder, frames_of, tube
from gymlib.skeleton import INDEX, middle, torso_length


def build(joints: Float[np.ndarray, "frames 33 3"], look: Appearance) -> Mesh:
    """The mesh of a gymnast with the bone lengths of ``joints`` (medians over the frames).

    Raises ValueError for joints that are not finite.
    """
    finite = np.isfinite(joints).all(axis=(1, 2))
    if not finite.all():
        raise ValueError(
            f"joints must be finite, found NaN or infinity in {(~finite).sum()} of "
            f"{len(joints)} frames, first in frame {np.argmin(finite)}"
        )
    size = _measure(joints)
    builder = MeshBuilder()
    _add_torso(builder, look, size)
    for side in ("left", "right"):
        _add_arm(builder, look, size, side)
        _add_leg(builder, look, size, side)
    add_head(builder, look, size)
    return builder.mesh(size["torso"])


def _measure(joints) -> dict:
    """Lengths in metres that the body is fitted to, and the face in the axes of the head."""
    at = {name: joints[:, i] for name, i in INDEX.items()}

    def median(vectors):
        return float(np.median(np.linalg.norm(vectors, axis=-1)))

    size = {bone: median(at[a] - at[b]) for bone, (a, b) in BONES.items()}
    size["torso"] = float(np.percentile(torso_length(joints), 95))  # the straight torso
    size["hips"] = median(at["left_hip"] - at["right_hip"])
    size["shoulders"] = median(at["left_shoulder"] - at["right_shoulder"])
    size["neck"] = median(middle(joints, "ear") - middle(joints, "shoulder"))
    for side in ("left", "right"):
        size[f"{side}_foot"] = median(at[f"{side}_heel"] - at[f"{side}_foot_index"])
        knuckles = (at[f"{side}_index"] + at[f"{side}_pinky"]) / 2
        size[f"{side}_hand"] = median(knuckles - at[f"{side}_wrist"])
    origins, axes = frames_of(joints, size["torso"])
    head = FRAME["head"]
    local = np.einsum("fji,fkj->fki", axes[:, head], joints[:, :11] - origins[:, head, None])
    size["face"] = np.median(local, axis=0)  # (11, 3) forward, left, up
    return size


# Sections of the torso from crotch to neck: share of the torso's length, half depth, half width
# as shares of half the hips' and half the shoulders' width plus metres, shift forward.
_TORSO = [
    (-0.20, 0.010, 0.0, 0.0, 0.020, 0.000),
    (-0.17, 0.070, 0.6, 0.0, 0.020, -0.005),
    (-0.08, 0.100, 1.0, 0.0, 0.045, -0.012),
    (0.08, 0.106, 1.0, 0.0, 0.055, -0.012),
    (0.24, 0.096, 0.6, 0.0, 0.072, -0.002),
    (0.40, 0.090, 0.6, 0.0, 0.070, 0.004),
    (0.58, 0.103, 0.0, 0.62, 0.040, 0.004),
    (0.76, 0.110, 0.0, 0.76, 0.030, 0.004),
    (0.90, 0.098, 0.0, 0.86, 0.012, -0.002),
    (1.00, 0.076, 0.0, 0.76, 0.006, -0.010),
    (1.06, 0.060, 0.0, 0.48, 0.012, -0.014),
    (1.12, 0.048, 0.0, 0.0, 0.055, -0.010),
]
_BELT = 0.19  # share of the torso's length where the top begins


def _add_torso(builder, look, size):
    torso, around = size["torso"], 18
    g = look.girth * torso / TORSO
    known = np.array(_TORSO)
    share = np.concatenate([np.linspace(a, b, 3)[:-1] for a, b in zip(known[:-1, 0], known[1:, 0])])
    share = np.append(share, known[-1, 0])
    depth, of_hips, of_shoulders, more, forward = (
        np.interp(share, known[:, 0], c) for c in known.T[1:]
    )
    width = of_hips * size["hips"] / 2 + of_shoulders * size["shoulders"] / 2 + more * g
    rings = np.stack([share * torso, depth * g, width, forward * g], axis=-1)
    rings[1:-2, 1:3] += look.loose
    points, quads = tube(rings, around)
    centres = points[quads].mean(axis=1)
    height, side = np.round([centres[:, 2] / torso, centres[:, 1] / size["shoulders"]], 6)
    colours = np.where((height < _BELT)[:, None], look.bottom, look.top).astype(float)
    if look.emblem is not None:
        front = (centres[:, 0] > 0.03) & (np.abs(side) < 0.25) & (np.abs(height - 0.72) < 0.09)
        colours[front] = look.emblem
    neckline = 1.06 - 0.06 * (centres[:, 0] > 0)
    colours[height > neckline] = look.skin
    weights = np.clip((points[:, 2] / torso - 0.1) / 0.7, 0, 1)
    builder.add((points, quads), colours, "pelvis",
                other=("chest", points - [0, 0, torso], weights))  # fmt: skip


def _add_arm(builder, look, size, side):
    g = look.girth * size["torso"] / TORSO
    upper = [(0, 0.052), (0.25, 0.053), (0.6, 0.045), (1, 0.039)]
    _add_limb(builder, f"{side}_upper_arm", upper, look, size, look.sleeve, look.top)
    fore = [(0, 0.040), (0.25, 0.042), (0.7, 0.031), (1, 0.026)]
    _add_limb(builder, f"{side}_forearm", fore, look, size, look.sleeve - 1, look.top)
    hand = size[f"{side}_hand"]  # wrist to knuckles; the fingers reach as far again
    palm = [(-0.1, 0.016, 0.020, 0), (0.3, 0.019, 0.032, 0), (1, 0.016, 0.041, 0),
            (1.5, 0.012, 0.036, 0), (1.9, 0.008, 0.025, 0), (2, 0.0, 0.0, 0)]  # fmt: skip
    builder.add(tube(np.array(palm) * [hand, g, g, 1], 10), look.skin, f"{side}_hand")
    thumb = limb(1.2 * size[f"{side}_thumb"], [(0, 0.013 * g), (1, 0.010 * g)], steps=3)
    builder.add(tube(thumb, 8), look.skin, f"{side}_thumb")


def _add_leg(builder, look, size, side):
    g = look.girth * size["torso"] / TORSO
    thigh = [(0, 0.086), (0.2, 0.085), (0.6, 0.068), (1, 0.051)]
    _add_limb(builder, f"{side}_thigh", thigh, look, size, look.leg, look.bottom, look.stripes)
    shank = [(0, 0.050), (0.3, 0.055), (0.65, 0.042), (1, 0.033)]
    calf = 0.014  # the muscle stands out at the back, the shin is straight
    _add_limb(builder, f"{side}_shank", shank, look, size, look.leg - 1, look.bottom, bulge=calf)
    # From heel to toes; "forward" is up from the sole.
    foot = size[f"{side}_foot"]
    sole = [(-0.10, 0, 0, 0.022), (-0.08, 0.018, 0.020, 0.022), (0, 0.032, 0.030, 0.022),
            (0.2, 0.045, 0.034, 0.030), (0.42, 0.038, 0.037, 0.022), (0.75, 0.024, 0.044, 0.008),
            (1.0, 0.017, 0.042, 0.003), (1.12, 0.010, 0.026, 0), (1.16, 0, 0, 0)]  # fmt: skip
    rings = np.array(sole) * [foot, g, g, g]
    rings[1:-1, 1:3] += 0.0 if look.barefoot else 0.006
    builder.add(tube(rings, 10), look.skin if look.barefoot else look.shoes, f"{side}_foot")


def _add_limb(builder, bone, thickness, look, size, covered, cloth, stripes=None, bulge=0.0):
    """A limb with clothes over ``covered`` of its length, standing off the skin."""
    g = look.girth * size["torso"] / TORSO
    rings = limb(size[bone], [(share, radius * g) for share, radius in thickness])
    along = rings[:, 0] / size[bone]
    covered = covered or -1.0  # no cloth, not even on the round end
    rings[:, 3] -= bulge * g * np.clip(np.sin(np.pi * along / 0.7), 0, 1) * (along < 0.7)
    rings[1:-1][along[1:-1] < covered, 1:3] += look.loose
    points, quads = tube(rings)
    # Rounded, as some lie exactly on the border of a stripe.
    centre = np.round(points[quads].mean(axis=1)[:, 2] / size[bone], 6)
    colours = np.where((centre < covered)[:, None], cloth, look.skin).astype(float)
    if stripes is not None:
        colours[(centre < covered) & (centre * 8 % 2 < 1)] = stripes
    builder.add((points, quads), colours, bone)


def limb(length: float, thickness, steps: int = 7) -> Float[np.ndarray, "rings 4"]:
    """Rings of a limb with round ends; ``thickness`` is [(share of the length, radius), ...]."""
    share, radius = np.array(thickness, float).T
    along = np.linspace(share[0], share[-1], steps)
    r = np.interp(along, share, radius)
    bow = np.array([0.0, 0.5, 0.85])
    rise = np.sqrt(1 - bow**2)
    height = np.r_[along[0] * length - r[0] * rise, along * length,
                   along[-1] * length + r[-1] * rise[::-1]]  # fmt: skip
    r = np.r_[r[0] * bow, r, r[-1] * bow[::-1]]
    return np.stack([height, r, r, 0 * r], axis=-1)
