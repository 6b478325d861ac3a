"""Pictures of places without people: rays from the camera to floor, wall, hedge and sky."""

import cv2
import numpy as np
from jaxtyping import Float

from gymlib.simulation.rendering.camera import Camera


class Canvas:
    """A picture under construction (RGB, float32) and the rays through its pixels."""

    def __init__(self, camera: Camera):
        self.camera = camera
        x = (np.arange(camera.width, dtype=np.float32) - camera.width / 2) / camera.focal
        y = (np.arange(camera.height, dtype=np.float32) - camera.height / 2) / camera.focal
        right, down, forward = camera.rotation.astype(np.float32)
        self.rays = x[None, :, None] * right + y[:, None, None] * down + forward
        self.rgb = np.zeros((camera.height, camera.width, 3), np.float32)

    def floor(self):
        """World x and y of each pixel's point on the floor, and where its ray goes down."""
        down = self.rays[..., 2]
        distance = -self.camera.position[2] / np.minimum(down, -1e-4)
        x, y = (self.camera.position[i] + distance * self.rays[..., i] for i in (0, 1))
        return x, y, down < -1e-4

    def wall(self, y: float):
        """World x and z of each pixel's point on the upright plane at ``y``."""
        distance = (y - self.camera.position[1]) / self.rays[..., 1]
        return tuple(self.camera.position[i] + distance * self.rays[..., i] for i in (0, 2))

    def paint(self, colour, where) -> None:
        """Set the colour, one RGB or one per pixel, where a mask (height, width) is true."""
        colour = np.broadcast_to(np.asarray(colour, np.float32), self.rgb.shape)
        np.copyto(self.rgb, colour, where=where[..., None])

    def polygon(self, points: Float[np.ndarray, "points 3"], colour) -> None:
        """Fill a polygon of world points; nothing if a corner lies behind the camera."""
        pixels = self.camera.project(points)
        if np.isfinite(pixels).all() and np.abs(pixels).max() < 2e4:
            corners = np.round(pixels).astype(np.int32)
            cv2.fillPoly(self.rgb, [corners], tuple(float(c) for c in colour), cv2.LINE_AA)

    def box(self, centre, size, colour, light, ambient: float) -> None:
        """An upright box: the faces turned to the camera, each with its share of the light."""
        ends = np.array([centre - size / 2, centre + size / 2])
        for axis in range(3):
            for end in (0, 1):
                normal = np.eye(3)[axis] * (2 * end - 1)
                if normal @ (np.array(self.camera.position) - ends[end]) <= 0:
                    continue
                shade = ambient + (1 - ambient) * max(0.0, float(normal @ light))
                corners = np.repeat(ends[end][None], 4, axis=0)
                a, b = (i for i in range(3) if i != axis)
                corners[:, a] = ends[[0, 1, 1, 0], a]
                corners[:, b] = ends[[0, 0, 1, 1], b]
                self.polygon(corners, np.asarray(colour) * shade)


def noise_tile(rng: np.random.Generator, size: int = 512) -> Float[np.ndarray, "size size"]:
    """Noise in [-1, 1] with detail at many scales; repeats at its edges. float32.

    Values and weights are whole multiples of small powers of two: their sums are exact in any
    order, so the tile, and what is interpolated in it, is the same on every processor.
    """
    tile = np.zeros((size, size))
    for octave in range(2, 9):
        coarse = _multiples(rng.standard_normal((2**octave,) * 2, np.float32).astype(float), 10)
        weights = _cubic_weights(2**octave, size)
        tile += weights @ coarse @ weights.T * 0.75**octave
    return _multiples(np.clip(tile / (3 * tile.std()), -1, 1), 10).astype(np.float32)


def _cubic_weights(coarse: int, fine: int) -> Float[np.ndarray, "fine coarse"]:
    """What each coarse value adds to each fine one on a ring (cubic, a = -0.75 as in OpenCV)."""
    places = (np.arange(fine) + 0.5) * coarse / fine - 0.5
    away = np.abs(places[:, None] - np.arange(-2, coarse + 2))
    near = (1.25 * away - 2.25) * away**2 + 1
    far = -0.75 * (((away - 5) * away + 8) * away - 4)
    weights = np.where(away <= 1, near, np.where(away < 2, far, 0.0))
    weights[:, 2:4] += weights[:, -2:]
    weights[:, -4:-2] += weights[:, :2]
    return _multiples(weights[:, 2:-2], 12)


def _multiples(values: Float[np.ndarray, "*any"], bits: int) -> Float[np.ndarray, "*any"]:
    """Rounded to whole multiples of two to the power of ``-bits``."""
    return np.round(values * 2**bits) / 2**bits


def grain(tile, x, y, metres: float):
    """The tile at world positions, repeated every ``metres``; shape (height, width, 1)."""
    factor = np.float32(len(tile) / metres)
    u, v = ((np.asarray(a, np.float32) * factor) % len(tile) for a in (x, y))
    return cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)[..., None]


def pick(rng: np.random.Generator, *colours) -> Float[np.ndarray, "3"]:
    """One of some colours, a little lighter or darker and of another hue each time."""
    base = np.array(colours[rng.integers(len(colours))], float)
    colour = base * rng.uniform(0.85, 1.12) + rng.normal(0, 4, 3)
    return np.clip(colour, 0, 255).astype(np.float32)


def indoors(canvas: Canvas, back: float, bricks: bool, rng: np.random.Generator) -> None:
    """A gym, or a sports hall with brick walls and parquet: the wall stands at y = ``back``."""
    tile = noise_tile(rng)
    x, z = canvas.wall(back)
    upper = pick(rng, (196, 190, 178), (160, 166, 172), (206, 200, 190), (122, 124, 126))
    canvas.paint(upper + 9 * grain(tile, x, z, 6.0), np.ones_like(x, bool))
    if bricks:
        row = np.floor(z / 0.24)
        canvas.paint(upper * 0.9, (z % 0.24 < 0.02) | ((x + 0.25 * row) % 0.5 < 0.02))
    shine = pick(rng, (222, 228, 230), (66, 74, 80))
    canvas.paint(shine, (z > 2.6) & (z < 3.8) & (x % 2.4 < 1.7))
    lower, band = pick(rng, (70, 84, 110), (136, 114, 90), (96, 98, 100), (122, 70, 64)), 2.0
    band = rng.uniform(0.6, 2.2)
    canvas.paint(lower + 7 * grain(tile, x, z, 4.0), z < band)
    panel = rng.uniform(0.9, 2.0)
    canvas.paint(lower * 0.72, (z < band) & (np.abs(x % panel - panel / 2) < 0.015))
    _indoor_floor(canvas, back, bricks, tile, rng)


def _indoor_floor(canvas, back, parquet, tile, rng):
    x, y, seen = canvas.floor()
    seen &= (y - back) * np.sign(back) < 0
    ground = pick(rng, (92, 106, 130), (142, 122, 98), (116, 116, 116), (106, 124, 112))
    floor = ground + 11 * grain(tile, x, y, 3.0)
    if parquet:
        board = grain(tile, np.floor(x / 0.09) * 0.37, np.floor(y / 0.9) * 0.61, 1.0)
        floor = pick(rng, (170, 138, 100), (184, 156, 120)) + 13 * board
    canvas.paint(floor, seen)
    strip = pick(rng, (66, 84, 126), (112, 62, 60), (176, 168, 152), (76, 108, 96))
    on_strip = seen & (np.abs(y) < rng.uniform(0.8, 1.4))
    canvas.paint(strip + 8 * grain(tile, x, y, 1.5), on_strip)
    canvas.paint(strip * 0.75, on_strip & (np.abs(x % rng.uniform(1.5, 3) - 0.5) < 0.02))


def outdoors(
    canvas: Canvas, back: float, fence: bool, paved: bool, rng: np.random.Generator
) -> None:
    """Sky, trees at y = ``back``, perhaps a fence before them; grass or paving."""
    tile = noise_tile(rng)
    x, z = canvas.wall(back)
    rise = canvas.rays[..., 2:] / np.linalg.norm(canvas.rays, axis=-1, keepdims=True)
    haze = pick(rng, (214, 220, 226), (204, 212, 222))
    zenith = pick(rng, (128, 156, 194), (186, 194, 202))
    canvas.paint(haze + np.clip(2 * rise, 0, 1) * (zenith - haze), np.ones_like(x, bool))
    leaves = grain(tile, x, z * 1.3, 5.0) + 0.6 * grain(tile, x + 3, z, 1.3)
    top = rng.uniform(2.5, 7.0) + 1.6 * grain(tile, x, 0 * x, 23.0) + 0.5 * leaves
    green = pick(rng, (64, 78, 52), (78, 92, 62), (56, 68, 54))
    trees = green * (1 + 0.45 * leaves) * (0.75 + 0.12 * np.clip(z, 0, 4))[..., None]
    canvas.paint(trees, z < top[..., 0])
    if fence:
        wood = pick(rng, (138, 118, 96), (118, 112, 106), (176, 172, 166))
        pixel = abs(back - canvas.camera.position[1]) / canvas.camera.focal  # metres at the fence
        wide = max(0.14, 6 * pixel)  # narrower boards would make moire
        board = grain(tile, np.floor(x / wide) * 0.71, z * 0.3, 2.0)
        high = z < rng.uniform(1.4, 2.1)
        canvas.paint(wood * (1 + 0.15 * board), high)
        canvas.paint(wood * 0.7, high & (x % wide < 0.2 * wide))
    x, y, seen = canvas.floor()
    seen &= (y - back) * np.sign(back) < 0
    if paved:
        stone = pick(rng, (150, 147, 140), (128, 126, 124))
        canvas.paint(stone + 15 * grain(tile, x, y, 2.0), seen)
        canvas.paint(stone * 0.84, seen & ((x % 0.6 < 0.015) | (y % 0.6 < 0.015)))
    else:
        grass = pick(rng, (98, 118, 70), (118, 130, 84), (86, 106, 66))
        blades = 0.5 * grain(tile, x, y, 0.9) + grain(tile, x, y, 7.0)
        canvas.paint(grass * (1 + 0.16 * blades), seen)
