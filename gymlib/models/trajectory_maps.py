"""Joint trajectory maps: the last and next half second drawn as one colour picture, for a CNN."""

import itertools
import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from gymlib.features.augmentation import vary
from gymlib.features.joints import JOINTS, joints
from gymlib.features.motion import trunk_of
from gymlib.labels import CLASSES
from gymlib.models.recipe import Recipe

BLUE = 2 / 3
"""Hue at one end of the paper's colour map, jet, as a share of the colour circle; red (0) is the
other."""


@dataclass(frozen=True)
class TrajectoryMapsConfig:
    """Wang et al. (2016), arXiv:1611.02447: the drawing and an AlexNet of few, small layers.

    The paper's network, AlexNet (Krizhevsky et al. 2012, section 3.5), one tower: picture=227,
    channels=(96, 256, 384, 384, 256), kernels=(11, 5, 3, 3, 3), strides=(4, 1, 1, 1, 1),
    pools=(1, 1, 0, 0, 1), hidden=(4096, 4096).
    """

    reach: int = 15  # frames to either side: a map tells of one second at 30 frames a second
    picture: int = 32  # pixels a side: six or so to a torso length, as few as show a bent arm
    extent: float = 3.0  # torso lengths from the middle to an edge: a stretched body and its jump
    faintest: float = 0.3  # saturation and brightness at rest: a still body must not vanish
    channels: tuple[int, ...] = (16, 32, 64)  # of the convolutions
    kernels: tuple[int, ...] = (5, 3, 3)
    strides: tuple[int, ...] = (2, 1, 1)
    pools: tuple[int, ...] = (1, 1, 0)  # 1 where a 3x3 max-pool with stride 2 follows, as AlexNet's
    hidden: tuple[int, ...] = (64,)  # units of the fully connected layers
    dropout: float = 0.3  # before each of them; AlexNet's 0.5 is for thousands of units

    def __post_init__(self):
        layers = [len(x) for x in (self.channels, self.kernels, self.strides, self.pools)]
        if len(set(layers)) > 1 or layers[0] == 0:
            raise ValueError(
                "channels, kernels, strides and pools must name the same layers, at least one; "
                f"found {', '.join(map(str, layers))} of them"
            )
        sizes = (self.reach, self.picture, *self.channels, *self.kernels, *self.strides)
        if min(*sizes, *self.hidden) < 1 or not self.extent > 0:
            raise ValueError(f"expected positive sizes, found {self}")
        if (
            not 0 <= self.faintest <= 1
            or not 0 <= self.dropout < 1
            or not set(self.pools) <= {0, 1}
        ):
            raise ValueError(
                f"expected faintest in 0..1, dropout below 1 and pools of 0 and 1, found {self}"
            )
        if self.side < 1:
            raise ValueError(f"a picture of {self.picture} pixels is too small for these layers")

    @property
    def side(self) -> int:
        """Pixels a side of what the last convolution gives."""
        side = self.picture
        for kernel, stride, pool in zip(self.kernels, self.strides, self.pools):
            side = (side + 2 * (kernel // 2) - kernel) // stride + 1
            side = (side - 3) // 2 + 1 if pool else side
        return side


class TrajectoryMaps(nn.Module):
    """Classifies every frame by the picture that the joints paint around it.

    Adapted: the paper draws a whole clip once, in three projections of a body in space, and fuses
    the answers of three networks. Frames need an answer each, so a picture tells of the frames
    about one of them; keypoints of one camera have one projection. The paper's AlexNet has seen a
    million photographs before; this one learns from scratch, so it is small, and batch
    normalisation (of one clip's maps) takes the place of its local response normalisation.
    """

    def __init__(self, config: TrajectoryMapsConfig):
        super().__init__()
        self.config = config
        layers, sizes = [], (3, *config.channels)
        shapes = zip(config.kernels, config.strides, config.pools)
        for (inputs, outputs), (kernel, stride, pool) in zip(itertools.pairwise(sizes), shapes):
            layers += [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)]
            layers += [nn.BatchNorm2d(outputs), nn.ReLU(), *[nn.MaxPool2d(3, stride=2)] * pool]
        self.convolutions = nn.Sequential(*layers)
        layers, sizes = [], (config.channels[-1] * config.side**2, *config.hidden)
        for inputs, outputs in itertools.pairwise(sizes):
            layers += [nn.Dropout(config.dropout), nn.Linear(inputs, outputs), nn.ReLU()]
        self.connected = nn.Sequential(*layers, nn.Linear(sizes[-1], len(CLASSES)))

    def forward(self, keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 4"]:
        with torch.no_grad():  # nothing in the drawing is trained
            maps = draw(paths(keypoints), self.config)
        seen = self.convolutions(maps)  # (frames, 3, 32, 32) -> (frames, 64, 3, 3)
        return torch.log_softmax(self.connected(seen.flatten(1)), dim=-1)


def paths(keypoints: Float[Tensor, "frames 33 2"]) -> Float[Tensor, "frames 17 2"]:
    """Where the joints are, in torso lengths of the clip; the origin is the keypoints'."""
    hip, _, torso = trunk_of(keypoints)
    hip = hip[:, None]  # (frames, 1, 2)
    limbs = joints(keypoints)[:, 1:]  # about the pelvis, which comes first
    return hip / torso + torch.cat([torch.zeros_like(hip), limbs], dim=1)


def draw(
    path: Float[Tensor, "frames 17 2"], config: TrajectoryMapsConfig
) -> Float[Tensor, "frames 3 height width"]:
    """One joint trajectory map per frame, on black, the pelvis of that frame in the middle.

    Every joint paints a line from each frame to the next. Where lines cross, the one nearest in
    time to the map's own frame is seen: in the paper the latest is, here the middle is asked for.
    """
    steps = torch.arange(-config.reach, config.reach + 1, device=path.device)
    steps = steps[steps.abs().argsort(descending=True, stable=True)]  # the middle comes last
    when = torch.arange(len(path), device=path.device)[:, None] + steps  # (frames, steps)
    place = _pixels(path, when, config)  # (frames, steps * joints, points)
    stroke = torch.arange(1, 1 + place.shape[1], device=path.device)  # 0 is none
    stroke = stroke.repeat_interleave(place.shape[2]).expand(len(path), -1)
    wide = config.picture + 2
    top = torch.zeros(len(path), wide * wide, dtype=torch.long, device=path.device)
    top.scatter_reduce_(1, place.flatten(1), stroke, "amax")  # the last stroke of each pixel
    top = top.unflatten(1, (wide, wide))[:, 1:-1, 1:-1].flatten(1)  # (frames, pixels)
    colours = _colours(path, steps, when, config).flatten(1, 2)  # (frames, steps * joints, 3)
    colours = torch.cat([torch.zeros_like(colours[:, :1]), colours], dim=1)  # black for none
    painted = colours.gather(1, top[..., None].expand(-1, -1, 3))  # (frames, pixels, 3)
    return painted.transpose(1, 2).unflatten(2, (config.picture, config.picture))


def _pixels(
    path: Float[Tensor, "frames 17 2"],
    when: Int[Tensor, "frames steps"],
    config: TrajectoryMapsConfig,
) -> Int[Tensor, "frames strokes points"]:
    """Pixels of the lines into the frames ``when``, counted row by row.

    The picture has an edge of one pixel more, which takes what leaves it, what lies before the
    clip's first frame or after its last, and what is not a number.
    """
    filmed = ((when >= 0) & (when < len(path)))[..., None]  # (frames, steps, 1)
    when = when.clamp(0, len(path) - 1)
    about = path.permute(2, 0, 1)  # (frames, joints, 2) -> (2, frames, joints)
    start, end = (about[:, x] - about[:, :, None, :1] for x in ((when - 1).clamp(min=0), when))
    start = start.masked_fill(~filmed, torch.nan)  # (2, frames, steps, joints)
    points = math.ceil(config.picture / 4)  # no gaps in lines of up to a quarter of the picture
    along = torch.arange(1, points + 1, device=path.device).to(path) / points
    lines = start[..., None] + along * (end - start)[..., None]  # (..., joints, points)
    pixels = lines.add_(config.extent).mul_(config.picture / (2 * config.extent)).floor_()
    column, row = pixels.nan_to_num_(nan=-1).clamp_(-1, config.picture).add_(1)
    return (row * (config.picture + 2) + column).long().flatten(1, 2)


def _colours(
    path: Float[Tensor, "frames 17 2"],
    steps: Int[Tensor, " steps"],
    when: Int[Tensor, "frames steps"],
    config: TrajectoryMapsConfig,
) -> Float[Tensor, "frames steps 17 3"]:
    """Red, green and blue of every line.

    Hue tells when (the paper's "motion direction"): from blue to red in the left half of the body,
    back in the right half, from dark to light grey in the trunk ("body parts"). Saturation and
    brightness tell how fast, linearly from ``faintest`` to 1 ("motion magnitude"). The fastest of
    the clip is 1, but for one in a hundred: the paper's maximum would often be a broken pose.
    """
    speed = torch.linalg.vector_norm(path.diff(dim=0, prepend=path[:1]), dim=-1)  # (frames, 17)
    share = (speed / speed.nanquantile(0.99).clamp(min=1e-6)).clamp(max=1)  # (frames, 17)
    share = share[when.clamp(0, len(path) - 1)]  # (frames, steps, 17)
    vivid = config.faintest + (1 - config.faintest) * share
    elapsed = ((steps + config.reach) / (2 * config.reach))[:, None]  # 0 to 1, (steps, 1)
    left, right = (
        torch.tensor([j.startswith(side) for j in JOINTS], device=path.device)
        for side in ("left", "right")
    )
    hue = BLUE * torch.where(left, 1 - elapsed, elapsed)  # (steps, 17)
    coloured = hsv_to_rgb(hue.expand_as(vivid), vivid, vivid)
    grey = config.faintest + (1 - config.faintest) * elapsed
    return torch.where((left | right)[:, None], coloured, (grey * vivid)[..., None])


def hsv_to_rgb(
    hue: Float[Tensor, "*lines"],
    saturation: Float[Tensor, "*lines"],
    value: Float[Tensor, "*lines"],
) -> Float[Tensor, "*lines 3"]:
    """Smith (1978), "Color Gamut Transform Pairs": the six sides of the colour hexagon."""
    sector = (torch.tensor([5.0, 3.0, 1.0], device=hue.device) + 6 * hue[..., None]) % 6
    away = torch.minimum(sector, 4 - sector).clamp(0, 1)
    return value[..., None] * (1 - saturation[..., None] * away)


RECIPE = Recipe(
    name="trajectory_maps",
    title="Trajectory maps",
    module=TrajectoryMaps,
    config=TrajectoryMapsConfig(),
    source="Wang et al. (2016), joint trajectory maps, arXiv:1611.02447",
    clips=8,
    epochs=16,
    quick_epochs=4,
    optimiser="adamw",
    schedule="one cycle",
    augment=vary,
    space={"learning_rate": (0.002, 0.004)},
)
