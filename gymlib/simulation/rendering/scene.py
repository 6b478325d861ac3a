"""Where a clip is filmed: floor, walls or garden, clutter, light, and perhaps a trampoline."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from gymlib.simulation.rendering.backdrop import Canvas, indoors, outdoors, pick
from gymlib.simulation.rendering.camera import Camera

PLACES = ("gym", "hall", "grass", "yard", "trampoline")
"""Kinds of place; all but "trampoline" have the gymnast on the floor."""

BED = 2.2
"""Radius of the trampoline, metres."""


@dataclass(frozen=True)
class Scene:
    """A place to film in; world coordinates in metres, the floor at z = 0.

    Attributes
    ----------
    place : one of :data:`PLACES`.
    seed : decides textures and clutter.
    wall : metres from the run to the wall, fence or hedge behind it.
    light : (3,) unit vector towards the lamp or the sun.
    ambient : share of the light that comes from everywhere, 0 to 1.
    tint : factors on red, green and blue (white balance).
    cover : metres above the floor that grass or a soft mat hides.
    surface_height : metres from the floor to what the gymnast stands on: 0, or the height of
        the trampoline's bed.
    block : lower and upper corner of a box to jump off or to land on, metres; or None.
    """

    place: str = "gym"
    seed: int = 0
    wall: float = 4.0
    light: tuple[float, float, float] = (0.3, -0.3, 0.9055)
    ambient: float = 0.55
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    cover: float = 0.0
    surface_height: float = 0.0
    block: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None

    def __post_init__(self):
        if self.place not in PLACES:
            raise ValueError(f"place must be one of {', '.join(PLACES)}; found {self.place!r}")

    @classmethod
    def sample(cls, rng: np.random.Generator, place: str | None = None) -> "Scene":
        """A random scene; ``place`` fixes the kind of place (see :data:`PLACES`)."""
        place = place or str(rng.choice(PLACES))
        near, far = (2.5, 6.0) if place in ("gym", "hall") else (6.0, 14.0)
        azimuth, height = rng.uniform(0, 2 * np.pi), rng.uniform(0.7, 1.3)
        level = np.cos(height)
        light = (np.cos(azimuth) * level, np.sin(azimuth) * level, np.sin(height))
        return cls(
            place=place,
            seed=int(rng.integers(2**31)),
            wall=float(rng.uniform(near, far)),
            light=tuple(float(v) for v in light),
            ambient=float(rng.uniform(0.45, 0.65)),
            tint=tuple(float(v) for v in 1 + rng.normal(0, 0.025, 3)),
            cover=float(rng.uniform(0.02, 0.09)) if place in ("gym", "hall", "grass") else 0.0,
            surface_height=float(rng.uniform(0.75, 0.95)) if place == "trampoline" else 0.0,
        )

    def level(self, places: Float[np.ndarray, "*any 2"]) -> Float[np.ndarray, "*any"]:
        """Height of what is under some places of the ground plane, metres."""
        levels = np.full(places.shape[:-1], self.surface_height)
        if self.block is not None:
            low, high = np.array(self.block)
            levels[((places >= low[:2]) & (places <= high[:2])).all(axis=-1)] = high[2]
        return levels

    def picture(self, camera: Camera) -> UInt8[np.ndarray, "height width 3"]:
        """The place without the gymnast (RGB), as a camera at rest sees it."""
        rng = np.random.default_rng(self.seed)
        # At half the resolution: four times faster, and the gymnast is in focus, not the wall.
        size = camera.width, camera.height
        half = replace(
            camera, width=-(-size[0] // 2), height=-(-size[1] // 2), focal=camera.focal / 2
        )
        canvas = Canvas(half)
        back = -float(np.sign(camera.position[1]) or -1) * self.wall
        if self.place in ("gym", "hall"):
            indoors(canvas, back, self.place == "hall", rng)
        else:
            outdoors(canvas, back, self.place != "grass", self.place == "yard", rng)
        self._clutter(canvas, back, rng)
        if self.place == "trampoline":
            self._trampoline(canvas, rng)
        if self.block is not None:
            low, high = np.array(self.block)
            colour = pick(rng, (134, 62, 60), (64, 84, 126), (150, 116, 84), (84, 112, 92))
            canvas.box((low + high) / 2, high - low, colour, np.array(self.light), self.ambient)
        tinted = np.clip(canvas.rgb * np.array(self.tint, np.float32), 0, 255).astype(np.uint8)
        whole = cv2.resize(tinted, size, interpolation=cv2.INTER_LINEAR_EXACT)
        return cv2.GaussianBlur(whole, (0, 0), max(camera.softness, 0.5))

    def foreground(self, camera: Camera) -> UInt8[np.ndarray, "height width"]:
        """Mask (255) of what hides a gymnast: the trampoline's near edge, else nothing."""
        mask = np.zeros((camera.height, camera.width), np.uint8)
        if self.place == "trampoline":
            edge = self._rim()
            near = edge[edge[:, 1] * np.sign(camera.position[1]) > -1e-9]
            near = near[np.argsort(near[:, 0], kind="stable")]
            below = (near - [0, 0, 0.9 * self.surface_height])[::-1]
            pixels = camera.project(np.concatenate([near, below]))
            if np.isfinite(pixels).all():
                cv2.fillPoly(mask, [np.round(pixels).astype(np.int32)], 255)
        return mask

    def _clutter(self, canvas: Canvas, back: float, rng) -> None:
        """Boxes, benches and mats along the wall."""
        for _ in range(rng.integers(0, 7)):
            size = rng.uniform([0.4, 0.3, 0.2], [2.2, 0.9, 1.3])
            away = size[1] / 2 + rng.uniform(0, 0.5)
            centre = np.array([rng.uniform(-6, 6), back - np.sign(back) * away, size[2] / 2])
            colour = pick(rng, (150, 116, 84), (64, 84, 126), (134, 62, 60), (186, 186, 182),
                          (60, 64, 68), (84, 112, 92))  # fmt: skip
            canvas.box(centre, size, colour, np.array(self.light), self.ambient)

    def _rim(self) -> Float[np.ndarray, "points 3"]:
        """Outer edge of the trampoline, a closed ring around the origin."""
        angle = np.linspace(0, 2 * np.pi, 65)
        circle = BED * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
        return circle + [0, 0, self.surface_height]

    def _trampoline(self, canvas: Canvas, rng) -> None:
        """Legs, frame, padding and bed of a round trampoline around the origin."""
        rim, axis = self._rim(), np.array([0, 0, self.surface_height])
        for top in rim[::8]:
            width, foot = np.array([0.03, 0, 0]), top * [1, 1, 0]
            leg = np.array([top - width, top + width, foot + width, foot - width])
            canvas.polygon(leg, (95, 98, 102))
        pad = pick(rng, (58, 84, 132), (70, 104, 82), (64, 66, 70))
        canvas.polygon(rim - [0, 0, 0.10], pad * 0.6)
        canvas.polygon(rim, pad)
        canvas.polygon((rim - axis) * 0.86 + axis, (40, 40, 43))
