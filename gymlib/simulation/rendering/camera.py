"""A pinhole camera as an amateur uses it: roughly from the side, on a tripod or in the hand."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d

TORSO = 0.5
"""Metres from mid-shoulder to mid-hip of an adult; turns a wanted size in pixels into a focal
length."""

FILL = 0.92
"""Share of the picture's width or height that a motion may fill before the camera follows it."""

ZOOM_OUT = 0.8
"""Least factor on the focal length with which a high flight is filmed."""


@dataclass(frozen=True)
class Camera:
    """Pinhole camera; world z points up, pixels run right (x) and down (y).

    Attributes
    ----------
    position : (3,) metres.
    yaw, pitch, roll : radians. Yaw 0 looks along +y, so +x of the world is right in the picture;
        yaw grows to the left (towards -x), pitch upwards, roll turns the camera clockwise.
    focal : focal length in pixels.
    width, height : picture size in pixels.
    shutter : seconds of exposure per frame.
    softness : pixels (standard deviation) by which the lens blurs.
    noise : standard deviation of the picture's noise, in grey levels.
    grain : pixels between independent values of the noise: 1 is a sensor's, more is what a
        phone's denoising and a video portal's compression leave of it.
    turns : (frames, 3) yaw, pitch and roll added in each frame (panning, a shaking hand), or None
        for a camera at rest.
    zooms : (frames,) factors on the focal length, or None.
    """

    position: tuple[float, float, float]
    yaw: float
    pitch: float
    roll: float
    focal: float
    width: int = 960
    height: int = 540
    shutter: float = 1 / 80
    softness: float = 0.6
    noise: float = 3.0
    grain: float = 1.0
    turns: Float[np.ndarray, "frames 3"] | None = None
    zooms: Float[np.ndarray, " frames"] | None = None

    @classmethod
    def sample(
        cls,
        rng: np.random.Generator,
        *,
        width: int = 960,
        height: int = 540,
        torso_pixels: float | int = 128.0,
        surface_height: float = 0.0,
        view: float | int | None = None,
    ) -> "Camera":
        """A camera beside the run, some metres away, aimed at a gymnast near the origin.

        ``torso_pixels`` is the length of an adult's torso in the picture. The view is mostly
        from the side: the angle off the exact side view has a standard deviation of 15 degrees,
        which gives about the shoulder width of .18 torso found in real clips; ``view`` gives it,
        in degrees, 90 from the front. ``surface_height``
        lifts camera and aim when the gymnast stands on a trampoline. Shutter, blur and noise are
        chosen so that BlazePose errs about as on real footage.
        """
        near = torso_pixels > 0.15 * height
        distance = rng.uniform(4.5, 7.5) if near else rng.uniform(7.5, 11.0)
        angle = np.clip(rng.normal(0, np.radians(15)), -0.7, 0.7)
        angle = angle if view is None else np.radians(view)
        side = rng.choice([-1.0, 1.0])  # which side of the run the camera stands on
        low, high = (0.3, 1.0) if surface_height else (0.9, 1.8)  # no view under a trampoline
        above_floor = surface_height + rng.uniform(low, high)
        position = np.array(
            [distance * np.sin(angle), -side * distance * np.cos(angle), above_floor]
        )
        aim = np.array([0.0, 0.0, 1.0 + surface_height])
        yaw, pitch = _bearing(aim - position)
        # Who films from far away has a sharp camera, or else nobody would watch the video.
        detail = float(np.clip(torso_pixels / 110, 0.25, 1))
        return cls(
            position=tuple(float(v) for v in position),
            yaw=float(yaw),
            pitch=float(pitch),
            roll=float(rng.normal(0, np.radians(1.0))),
            focal=float(torso_pixels * distance / TORSO),
            width=width,
            height=height,
            shutter=float(rng.uniform(1 / 100, 1 / 32)),
            softness=float(rng.uniform(1.0, 2.0) * detail),
            noise=float(rng.uniform(4.0, 9.0) * min(1.0, width / 960)),
            grain=max(1.0, float(rng.uniform(1.5, 4.0) * detail)),
        )

    def filming(
        self,
        joints: Float[np.ndarray, "frames 33 3"],
        fps: float | int,
        rng: np.random.Generator,
        *,
        shake: float | int = 1.0,
        follow: bool = False,
        zoom: float | int = 0.0,
    ) -> "Camera":
        """The camera during one clip: aimed at the gymnast, panning when he leaves the picture.

        A motion that fits into the picture is filmed by a camera at rest. One that is too high
        is filmed from up to a fifth farther; otherwise, and along the run, the camera follows
        the middle of the body, late and smoothed as a hand does. ``shake`` is the standard
        deviation, in pixels, of a hand's slow trembling (0: a tripod). ``follow`` makes a camera
        that keeps the gymnast in the middle even where it need not; ``zoom`` is the deviation of
        the logarithm of a focal length that changes over the clip.
        """
        yaw, pitch = _bearing(joints - np.asarray(self.position))
        yaw = self.yaw + (yaw - self.yaw + np.pi) % (2 * np.pi) - np.pi  # no jump at +-pi
        fitting = 0.5 * self.height / np.tan(max(np.ptp(pitch), 0.01) / 2 / FILL)
        focal = float(np.clip(fitting, ZOOM_OUT * self.focal, self.focal))
        aims = [
            _aim(angles, FILL * 2 * np.arctan(0.5 * pixels / focal) * (not follow), fps, late)
            for angles, pixels, late in ((yaw, self.width, 0.15), (pitch, self.height, 0.0))
        ]
        aims = np.stack([*aims, np.full(len(joints), self.roll)], axis=-1)
        base = (aims.min(axis=0) + aims.max(axis=0)) / 2
        turns = aims - base + _trembling(rng, len(joints), 0.25 * fps) * shake / focal
        yaw, pitch = base[:2] + rng.normal(0, 0.006, 2)  # nobody aims exactly
        turns = turns.round(7) if turns.any() else None
        zooms = np.exp(zoom * _trembling(rng, len(joints), 1.2 * fps)[:, 0]) if zoom else None
        zooms = None if zooms is None else zooms.round(7)
        # Without the last bits, which are others on other processors.
        yaw, pitch, focal = (round(float(value), 7) for value in (yaw, pitch, focal))
        return replace(self, yaw=yaw, pitch=pitch, focal=focal, turns=turns, zooms=zooms)

    def at(self, frame: int) -> "Camera":
        """The camera at rest as it stands in one frame."""
        yaw, pitch, roll = (0.0,) * 3 if self.turns is None else map(float, self.turns[frame])
        zoom = 1.0 if self.zooms is None else float(self.zooms[frame])
        return replace(
            self, yaw=self.yaw + yaw, pitch=self.pitch + pitch, roll=self.roll + roll, turns=None,
            focal=self.focal * zoom, zooms=None,
        )  # fmt: skip

    @property
    def rotation(self) -> Float[np.ndarray, "3 3"]:
        """Rows: the directions right, down and forward of the camera at its mean orientation."""
        return _rotations(np.array([self.yaw, self.pitch, self.roll]))

    @property
    def intrinsics(self) -> Float[np.ndarray, "3 3"]:
        """Camera coordinates (right, down, forward) to homogeneous pixels."""
        return np.array(
            [[self.focal, 0, self.width / 2], [0, self.focal, self.height / 2], [0, 0, 1.0]]
        )

    def coordinates(self, points: Float[np.ndarray, "*any 3"]) -> Float[np.ndarray, "*any 3"]:
        """World points in camera coordinates: metres right, down and forward (depth).

        With a moving camera (``turns``) the first axis of ``points`` must be its frames;
        ValueError otherwise. NaN stays NaN.
        """
        offsets = points - np.asarray(self.position)
        if self.turns is None:
            return offsets @ self.rotation.T
        if points.ndim < 2 or len(points) != len(self.turns):
            raise ValueError(
                f"this camera moves over {len(self.turns)} frames: expected points of shape "
                f"({len(self.turns)}, ..., 3), found {points.shape}; take camera.at(frame) to "
                "project the points of one frame"
            )
        rotations = _rotations(np.array([self.yaw, self.pitch, self.roll]) + self.turns)
        flat = offsets.reshape(len(points), -1, 3)
        return np.einsum("fij,fpj->fpi", rotations, flat).reshape(points.shape)

    def project(self, points: Float[np.ndarray, "*any 3"]) -> Float[np.ndarray, "*any 2"]:
        """World points in pixels (x right, y down); NaN for points behind the camera.

        Pixels outside the picture are returned as they are. See :meth:`coordinates` for a
        moving camera.
        """
        right, down, depth = np.moveaxis(self.coordinates(points), -1, 0)
        depth = np.where(depth > 1e-6, depth, np.nan)
        centre = np.array([self.width / 2, self.height / 2])
        focal = self.focal
        if self.zooms is not None:
            focal = focal * self.zooms.reshape(-1, *[1] * (right.ndim - 1), 1)
        return focal * np.stack([right / depth, down / depth], axis=-1) + centre


def _aim(angles, view: float, fps, late: float):
    """Where the camera looks in each frame, one axis: the middle of what it must show, radians.

    ``angles`` (frames, 33) are the joints' directions, ``view`` the angle it can show at once,
    ``late`` the seconds by which it lags behind.
    """
    # A little more, as the focal length may be chosen so that it just fits.
    if np.ptp(angles) < view + 1e-6:
        return np.full(len(angles), (angles.min() + angles.max()) / 2)
    middle = (angles.min(axis=1) + angles.max(axis=1)) / 2
    follow = gaussian_filter1d(middle, 0.3 * fps, mode="nearest")
    return follow[np.maximum(np.arange(len(follow)) - round(late * fps), 0)]


def _trembling(rng, frames: int, smooth: float) -> Float[np.ndarray, "frames 3"]:
    """Slow noise of unit deviation in yaw and pitch, less in roll; ``smooth`` is in frames."""
    noise = rng.normal(size=(frames, 3)) * [1.0, 1.0, 0.3]
    shrunk = np.sqrt(2 * np.sqrt(np.pi) * smooth)  # what smoothing takes from the deviation
    return gaussian_filter1d(noise, smooth, axis=0, mode="nearest") * shrunk


def _bearing(offset: Float[np.ndarray, "*any 3"]):
    """Yaw and pitch, radians, of the direction from the camera to a point."""
    yaw = np.arctan2(-offset[..., 0], offset[..., 1])
    return yaw, np.arctan2(offset[..., 2], np.hypot(offset[..., 0], offset[..., 1]))


def _rotations(angles: Float[np.ndarray, "*any 3"]) -> Float[np.ndarray, "*any 3 3"]:
    """Matrices world -> (right, down, forward) for yaw, pitch and roll in radians."""
    yaw, pitch, roll = np.moveaxis(angles, -1, 0)
    zero = np.zeros_like(yaw)
    forward = np.stack(
        [-np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)], axis=-1
    )
    level = np.stack([np.cos(yaw), np.sin(yaw), zero], axis=-1)
    lower = np.cross(forward, level)
    c, s = np.cos(roll)[..., None], np.sin(roll)[..., None]
    return np.stack([c * level + s * lower, c * lower - s * level, forward], axis=-2)
