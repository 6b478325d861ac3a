"""From joints to video frames: the body drawn into a picture of the place.

The body is a mesh of small quadrilaterals, drawn back to front inside its bounding box only; the
place is painted once per clip, wider than the picture, and turned with the camera. A fast body is
drawn several times during the exposure: motion blur. The lens blurs, the sensor adds noise; the
compression is the video file's.

The same joints give the same pictures on every processor: where the last bits of floating-point
numbers can differ, whole numbers follow before anything is drawn, and pictures are made with whole
numbers or sums that are exact in any order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from gymlib.simulation.rendering.appearance import Appearance
from gymlib.simulation.rendering.body import build
from gymlib.simulation.rendering.camera import Camera
from gymlib.simulation.rendering.mesh import Mesh
from gymlib.simulation.rendering.scene import Scene
from gymlib.skeleton import EDGES

SUPERSAMPLING = 2
"""Finer drawing of a body at rest; one that moves is drawn several times, which smooths too."""
BLUR_STEP = 5.0
"""Pixels that the fastest joint may move between two drawings of one exposure."""
MOST_BLUR = 5
"""Drawings per exposure at most."""
_GRAIN = 30
"""Standard deviation of the noise while it is made of bytes."""
_DIGITS = np.array([[2.0**-26, 2.0**-26, 2.0**-16]] * 2 + [[2.0**-36, 2.0**-36, 1.0]])
_SHADOWS = (*(edge for edge in EDGES if min(edge) > 10), (11, 24), (12, 23), (0, 11), (0, 12))


def render(
    people: Sequence[tuple[Float[np.ndarray, "frames 33 3"], Appearance]],
    scene: Scene,
    camera: Camera,
    fps: float | int,
    *,
    seed: int = 0,
) -> Iterator[UInt8[np.ndarray, "height width 3"]]:
    """Film people: one RGB picture per frame of their joints (metres, z up, all finite).

    Who is farther away is drawn first. ``fps`` is the frame rate, which with ``camera.shutter``
    decides how far things smear. ``seed`` decides the sensor's noise. Raises ValueError if
    joints are not finite, or if the camera moves over another number of frames.
    """
    away = [np.linalg.norm(joints.mean((0, 1)) - camera.position) for joints, _ in people]
    people = [people[i] for i in np.argsort(away)[::-1]]
    bodies = [(joints, build(joints, appearance)) for joints, appearance in people]
    frames = len(bodies[0][0])
    if camera.turns is not None and len(camera.turns) != frames:
        raise ValueError(
            f"expected a camera for {frames} frames, found {len(camera.turns)}; "
            "use camera.filming(joints, ...)"
        )
    place = _Place(scene, camera)
    noise = _noise_bank(np.random.default_rng(seed), camera)
    for frame in range(frames):
        view = camera.at(frame)
        picture = place.seen(view)
        for joints, mesh in bodies:
            moments = _exposure(joints, frame, camera, fps)
            _draw_shadow(picture, joints[frame], scene, view)
            _draw_body(picture, mesh, moments, scene, view)
        place.cover(picture, view)
        yield _develop(picture, camera, noise, frame)


class _Place:
    """The scene around a camera's mean view, painted once and turned with the camera."""

    def __init__(self, scene: Scene, camera: Camera):
        still = replace(camera, turns=None, zooms=None)
        self.turned = camera.turns is not None or camera.zooms is not None
        self.camera = still
        if self.turned:
            turns = np.zeros((1, 3)) if camera.turns is None else camera.turns
            wider = 1.0 if camera.zooms is None else max(1 / float(camera.zooms.min()), 1.0)
            reach = np.tan(np.minimum(np.abs(turns[:, :2]).max(axis=0), 0.8))
            more_x, more_y = (
                int(r * 1.1 * camera.focal + (wider - 1) * side / 2) + 12
                for r, side in zip(reach, (camera.width, camera.height))
            )
            self.camera = replace(
                still, width=camera.width + 2 * more_x, height=camera.height + 2 * more_y
            )
        self.picture = scene.picture(self.camera)
        self.front = scene.foreground(self.camera) if scene.surface_height else None

    def seen(self, view: Camera) -> UInt8[np.ndarray, "height width 3"]:
        """The place as ``view`` sees it; a new array."""
        return self._turn(self.picture, view)

    def cover(self, picture, view: Camera):
        """Put what stands in front of the gymnast over the picture."""
        if self.front is None:
            return
        mask = self._turn(self.front, view) > 127
        picture[mask] = self._turn(self.picture, view)[mask]

    def _turn(self, image, view: Camera):
        if not self.turned:
            return image.copy()
        back = self.camera.intrinsics @ self.camera.rotation @ view.rotation.T
        homography = back @ np.linalg.inv(view.intrinsics)
        # So few digits that products with pixels are exact; shifts by less than 1/1000 pixel.
        homography = np.round(homography / homography[2, 2] / _DIGITS) * _DIGITS
        return cv2.warpPerspective(
            image, homography, (view.width, view.height), borderMode=cv2.BORDER_REPLICATE,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )  # fmt: skip


def _exposure(joints, frame: int, camera: Camera, fps: float) -> Float[np.ndarray, "moments 33 3"]:
    """The joints at several moments while the shutter is open, centred on the frame."""
    before, after = joints[max(frame - 1, 0)], joints[min(frame + 1, len(joints) - 1)]
    span = max(min(frame + 1, len(joints) - 1) - max(frame - 1, 0), 1)
    velocity = (after - before) / span  # metres per frame
    opened = camera.shutter * fps  # frames
    depth = np.linalg.norm(joints[frame].mean(axis=0) - np.array(camera.position))
    smear = np.linalg.norm(velocity, axis=-1).max() * opened * camera.focal / depth
    count = int(np.clip(np.ceil(smear / BLUR_STEP), 1, MOST_BLUR))
    times = (np.arange(count) - (count - 1) / 2) / count * opened
    # Through the three frames a parabola, so that fast joints move on arcs.
    bend = (after - 2 * joints[frame] + before) / 2 if span == 2 else 0 * velocity
    return np.stack([joints[frame] + velocity * t + bend * t * t for t in times])


def _draw_body(picture, mesh: Mesh, moments, scene: Scene, view: Camera):
    """Draw the body over the picture, averaged over the moments of the exposure."""
    points = mesh.pose(moments)
    points[..., 2] = np.maximum(points[..., 2], scene.cover)  # hidden by grass, sunk into a mat
    seen = view.coordinates(points)
    depth = np.maximum(seen[..., 2], 0.1)
    pixels = view.focal * seen[..., :2] / depth[..., None] + [view.width / 2, view.height / 2]
    window = _window(picture, pixels.reshape(-1, 2), margin=5 + int(3 * view.softness))
    if window is None:
        return
    corner, region = window
    size = region.shape[1::-1]
    fine = SUPERSAMPLING if len(moments) < 3 else 1
    total = np.zeros((size[1], size[0], 4), np.uint16)
    for position, deep, where in zip(points, depth, pixels):
        layer = np.zeros((size[1] * fine, size[0] * fine, 4), np.uint8)
        _draw_quads(layer, mesh, position, deep, (where - corner + 0.5) * fine - 0.5, scene)
        total += cv2.resize(layer, size, interpolation=cv2.INTER_AREA)
    mean = ((total + len(points) // 2) // len(points)).astype(np.uint8)
    blurred = cv2.GaussianBlur(mean, (0, 0), view.softness)  # exact for uint8
    light = region * (255 - blurred[..., 3:]).astype(np.uint16) + np.uint16(128)
    light = (light + (light >> 8)) >> 8  # by 255, rounded
    cv2.add(light.astype(np.uint8), blurred[..., :3], dst=region)


def _window(picture, pixels: Float[np.ndarray, "points 2"], margin: int):
    """Upper left corner and view of the part of the picture around some pixels, or None."""
    height, width = picture.shape[:2]
    low = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - margin, 0)
    high = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + margin, [width, height])
    if (high <= low).any():
        return None
    return low, picture[low[1] : high[1], low[0] : high[0]]


def _draw_quads(layer, mesh: Mesh, points, depth, pixels, scene: Scene):
    """Painter's algorithm: the quads that face the camera, the farthest first."""
    corners = pixels[mesh.quads]  # (quads, 4, 2)
    first, second = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    # y runs down in pixels: anticlockwise in the world is a negative area here.
    # What is seen exactly from its edge, as feet sunk into grass, is left out.
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    facing = np.flatnonzero(area < -1e-6)
    distance = np.round(depth[mesh.quads[facing]].mean(axis=1) - mesh.lift[facing], 6)
    order = facing[np.argsort(-distance, kind="stable")]
    colours = np.full((len(order), 4), 255.0)
    colours[:, :3] = np.round(_shade(mesh, points, order, scene))
    polygons = np.round(corners[order]).astype(np.int32)
    for polygon, colour in zip(polygons, colours.tolist()):
        cv2.fillConvexPoly(layer, polygon, colour)


def _shade(mesh: Mesh, points, order, scene: Scene) -> Float[np.ndarray, "quads 3"]:
    """Colours under the scene's light: a lamp or the sun, the sky, and light from everywhere."""
    corners = points[mesh.quads[order]]
    normals = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9)
    lamp = np.clip(normals @ np.array(scene.light), 0, 1)
    sky = 0.5 + 0.5 * normals[:, 2]
    light = scene.ambient * (0.6 + 0.4 * sky) + (1 - scene.ambient) * 1.1 * lamp
    return np.clip(mesh.colours[order] * (light * 1.05)[:, None] * np.array(scene.tint), 0, 255)


def _draw_shadow(picture, joints, scene: Scene, view: Camera):
    """Darken the floor where the shadows of the bones fall."""
    light = np.array(scene.light)
    height = np.maximum(joints[:, 2:] - scene.level(joints[:, :2])[:, None], 0)
    pixels = view.project(joints - height / light[2] * light)
    window = _window(picture, pixels, margin=30) if np.isfinite(pixels).all() else None
    if window is None:
        return
    corner, region = window
    mask = np.zeros(region.shape[:2], np.uint8)
    metre = view.focal / np.linalg.norm(joints.mean(axis=0) - np.array(view.position))
    where = np.round(pixels - corner).astype(int)
    for a, b in _SHADOWS:
        cv2.line(mask, where[a].tolist(), where[b].tolist(), 255, max(1, int(0.1 * metre)))
    blur = metre * (0.02 + 0.03 * float(height.mean()))
    mask = cv2.GaussianBlur(mask, (0, 0), max(round(blur, 3), 1.0))
    dark = 1 - np.float32(0.9 * (1 - scene.ambient) / 255) * mask[..., None]
    region[:] = (region * dark).astype(np.uint8)


def _noise_bank(rng, camera: Camera, count: int = 3):
    """A few pictures of sensor noise, used in turn at changing shifts."""
    size = camera.width + 64, camera.height + 64
    wide, high = (int(pixels / camera.grain) for pixels in size)
    scale = wide / size[0], high / size[1]
    stretch = np.array([[scale[0], 0, scale[0] / 2 - 0.5], [0, scale[1], scale[1] / 2 - 0.5]])
    bank = []
    for _ in range(count):
        coarse = 128 + _GRAIN * rng.standard_normal((high, wide, 3), np.float32)
        coarse = np.clip(np.round(coarse), 0, 255).astype(np.uint8)
        grain = cv2.warpAffine(
            coarse, stretch, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        levels = np.arange(256) - 128
        share = np.bincount(grain.ravel(), minlength=256) / grain.size
        spread = np.sqrt((share * levels**2).sum())
        bank.append(np.round(levels * (camera.noise / spread)).astype(np.int16)[grain])
    return bank, rng.integers(0, 64, (997, 2))


def _develop(picture, camera: Camera, noise, frame: int):
    """Add the sensor's noise."""
    grains, shifts = noise
    grain, (dy, dx) = grains[frame % len(grains)], shifts[frame % len(shifts)]
    part = grain[dy : dy + camera.height, dx : dx + camera.width]
    return cv2.add(picture, part, dtype=cv2.CV_8U)
