"""Joint trajectory maps: what is painted where, in which colour; and the network that sees it."""

import colorsys
from dataclasses import replace

import numpy as np
import pytest
import torch

from gymlib import models
from gymlib.features.joints import JOINTS
from gymlib.models.trajectory_maps import (
    TrajectoryMaps,
    TrajectoryMapsConfig,
    draw,
    hsv_to_rgb,
    paths,
)
from gymlib.skeleton import INDEX
from gymlib.training.checks import keypoints

PELVIS, LEFT, RIGHT = (JOINTS.index(j) for j in ("pelvis", "left_wrist", "right_wrist"))
PAPER = TrajectoryMapsConfig(reach=4, picture=32, extent=4.0)  # four pixels to a torso length


def moving(frames=9, **joints):
    """A pelvis at rest at 0, the named joints along their (x, y), all others out of sight."""
    path = torch.full((frames, len(JOINTS), 2), 90.0)
    path[:, PELVIS] = 0
    for joint, (x, y) in joints.items():
        path[:, JOINTS.index(joint)] = torch.stack(
            [torch.as_tensor(v, dtype=torch.float32).expand(frames) for v in (x, y)], dim=1
        )
    return path


def hsv(picture, row, columns):
    """Hue, saturation and brightness of pixels of one row, (columns, 3)."""
    return np.array([colorsys.rgb_to_hsv(*picture[:, row, k].tolist()) for k in columns])


def test_a_joint_that_moves_right_paints_a_line_whose_hue_runs_with_time():
    there = torch.linspace(-2, 2, 9)  # torso lengths: half of one, two pixels, in a frame
    maps = draw(moving(left_wrist=(there, -1)), PAPER)
    assert maps.shape == (9, 3, 32, 32)
    picture = maps[4]  # of the frame in the middle: it tells of all nine
    painted = torch.nonzero(picture.amax(dim=0)).tolist()
    # four pixels a torso length: one above the middle is row 12, two to the left is column 8
    assert painted == [*([12, k] for k in range(8, 25)), [16, 16]]
    hue, saturation, brightness = hsv(picture, 12, range(8, 25)).T
    assert hue[0] == pytest.approx(2 / 3 * 7 / 8) and hue[-1] == 0  # 8 steps from blue to red
    assert (np.diff(hue) <= 1e-6).all() and len(np.unique(hue.round(4))) == 8
    np.testing.assert_allclose(saturation, 1, rtol=1e-5)
    np.testing.assert_allclose(brightness, 1, rtol=1e-5)


def test_the_other_half_of_the_body_runs_through_the_colours_backwards():
    there = torch.linspace(-2, 2, 9)
    picture = draw(moving(right_wrist=(there, -1)), PAPER)[4]
    hue = hsv(picture, 12, range(8, 25))[:, 0]
    assert hue[0] == pytest.approx(2 / 3 / 8) and hue[-1] == pytest.approx(2 / 3)
    assert (np.diff(hue) >= -1e-6).all()


def test_the_trunk_is_grey_and_brightens_with_time():
    there = torch.linspace(-2, 2, 9)
    picture = draw(moving(head=(there, -1)), PAPER)[4]
    line = picture[:, 12, 9:25]
    assert torch.equal(line[0], line[1]) and torch.equal(line[0], line[2])
    assert (line[0].diff() >= 0).all() and line[0, -1] == 1 and line[0, 0] < 0.5


def test_faster_is_more_saturated_and_brighter():
    time = torch.arange(9.0) - 4
    picture = draw(moving(left_wrist=(0.5 * time, -1), left_knee=(0.25 * time, 1)), PAPER)[4]
    fast, slow = hsv(picture, 12, [14]), hsv(picture, 20, [14])
    np.testing.assert_allclose(fast[0, 1:], 1, rtol=1e-5)
    half = PAPER.faintest + (1 - PAPER.faintest) / 2
    np.testing.assert_allclose(slow[0, 1:], half, rtol=1e-5)


def test_of_crossing_lines_the_one_nearest_to_the_own_frame_is_seen():
    there = torch.tensor([0, 0.5, 1, 1.5, 2, 1.5, 1, 0.5, 0])
    maps = draw(moving(left_wrist=(there, -1)), PAPER)
    # column 17 is passed on the way to frame 1 and on the way back, to frame 8
    assert hsv(maps[2], 12, [17])[0, 0] == pytest.approx(2 / 3 * (1 - 3 / 8))  # step -1 of -4..4
    assert hsv(maps[6], 12, [17])[0, 0] == pytest.approx(2 / 3 * (1 - 6 / 8))  # step 2


def by_loops(path, config):
    """The drawing from its description: stroke by stroke, the middle of the time window last."""
    frames, size, reach = len(path), config.picture, config.reach
    moved = np.linalg.norm(np.diff(path, axis=0, prepend=path[:1]), axis=2)
    fastest = max(np.quantile(moved, 0.99), 1e-6)
    maps = np.zeros((frames, size, size, 3))
    order = sorted(range(-reach, reach + 1), key=lambda k: -abs(k))
    for t in range(frames):
        for k in order:
            now = t + k
            if not 0 <= now < frames:
                continue
            elapsed = (k + reach) / (2 * reach)
            for j, joint in enumerate(JOINTS):
                share = min(moved[now, j] / fastest, 1)
                vivid = config.faintest + (1 - config.faintest) * share
                grey = (config.faintest + (1 - config.faintest) * elapsed) * vivid
                colour = {
                    "left": colorsys.hsv_to_rgb(2 / 3 * (1 - elapsed), vivid, vivid),
                    "right": colorsys.hsv_to_rgb(2 / 3 * elapsed, vivid, vivid),
                }.get(joint.split("_")[0], (grey, grey, grey))
                a, b = path[max(now - 1, 0), j], path[now, j]
                for part in np.arange(1, size // 4 + 1) / (size // 4):
                    place = a + part * (b - a) - path[t, 0]
                    column, row = np.floor((place / config.extent + 1) / 2 * size).astype(int)
                    if 0 <= row < size and 0 <= column < size:
                        maps[t, row, column] = colour
    return maps


@pytest.mark.parametrize("frames", [1, 2, 12])
def test_the_drawing_is_the_one_made_stroke_by_stroke(frames):
    path = np.random.default_rng(frames).normal(0, 1.5, (frames, len(JOINTS), 2))
    path[1:] = path[:1] + 0.2 * (path[1:] - path[:1]).cumsum(axis=0)
    config = TrajectoryMapsConfig(reach=3, picture=16, extent=2.5)
    found = draw(torch.tensor(path), config).permute(0, 2, 3, 1).numpy()
    np.testing.assert_allclose(found, by_loops(path, config), atol=1e-6)


def test_colours_are_the_usual_ones():
    values = np.random.default_rng(0).random((200, 3))
    expected = [colorsys.hsv_to_rgb(*row) for row in values]
    found = hsv_to_rgb(*torch.tensor(values).T)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_map_tells_of_no_frame_beyond_its_reach():
    generator = torch.Generator().manual_seed(0)
    speed = 0.1 * torch.randn(1, len(JOINTS), 2, generator=generator)
    path = torch.arange(30.0)[:, None, None] * speed  # evenly: cutting changes no speed
    config = replace(PAPER, reach=5)
    whole, part = draw(path, config), draw(path[9:21], config)
    torch.testing.assert_close(part[6], whole[15])
    assert not torch.equal(draw(path[11:21], config)[4], whole[15])  # one frame less is seen


def test_a_joint_without_a_position_is_not_painted():
    path = moving(left_wrist=(1, -1))
    path[3, LEFT] = torch.nan
    assert torch.isfinite(draw(path, PAPER)).all()
    assert draw(path, PAPER)[2, :, 12].any()  # row 12 is the wrist's
    # the lines into frames 3 and 4 are missing
    assert not draw(path[3:5], PAPER)[:, :, 12].any()


def test_place_and_size_do_not_matter():
    body = keypoints(30).double()
    maps, config = draw(paths(body), TrajectoryMapsConfig()), TrajectoryMapsConfig()
    other = draw(paths(90 * body + torch.tensor([300.0, 200.0])), config)
    assert ((maps - other).abs().amax(dim=1) > 1e-6).double().mean() < 1e-3  # rounded pixels


def test_the_way_of_the_whole_body_is_seen_about_the_own_frame():
    """A still body that jumps two torso lengths up after frame 19."""
    body = torch.zeros(40, 33, 2)
    for side, x in (("left", -0.25), ("right", 0.25)):
        body[:, INDEX[f"{side}_hip"], 0] = body[:, INDEX[f"{side}_shoulder"], 0] = x
        body[:, INDEX[f"{side}_shoulder"], 1] = -1
    body[20:, :, 1] -= 2
    maps = draw(paths(body), PAPER)
    torch.testing.assert_close(maps[30], maps[5])  # out of reach
    above, below = (maps[k].amax(dim=(0, 2)).nonzero()[:, 0] for k in (19, 20))
    assert (int(above.min()), int(above.max())) == (4, 16)  # shoulders 3 lengths above the pelvis
    assert (int(below.min()), int(below.max())) == (12, 24)  # pelvis 2 lengths below the later one


def linear(inputs, outputs):
    return inputs * outputs + outputs


def test_size_on_paper():
    """32 pixels: 16 after a stride of 2, 7 and 3 after the pools; 64 * 3 * 3 numbers are left."""
    expected = linear(3 * 25, 16) + linear(16 * 9, 32) + linear(32 * 9, 64)
    expected += 2 * (16 + 32 + 64)  # scale and shift of the normalisations
    expected += linear(64 * 3 * 3, 64) + linear(64, 4)
    assert models.parameters(models.recipe("trajectory_maps").build(0)) == expected


def test_size_of_the_published_network():
    """AlexNet in one tower: kernels of 11, 5, 3, 3 and 3, then 6 x 6 x 256 numbers."""
    config = TrajectoryMapsConfig(
        picture=227, channels=(96, 256, 384, 384, 256), kernels=(11, 5, 3, 3, 3),
        strides=(4, 1, 1, 1, 1), pools=(1, 1, 0, 0, 1), hidden=(4096, 4096),
    )  # fmt: skip
    assert config.side == 6
    with torch.device("meta"):  # 58 million numbers need not be drawn
        network = TrajectoryMaps(config)
    expected = linear(3 * 121, 96) + linear(96 * 25, 256) + linear(256 * 9, 384)
    expected += linear(384 * 9, 384) + linear(384 * 9, 256)
    expected += 2 * (96 + 256 + 384 + 384 + 256)
    expected += linear(6 * 6 * 256, 4096) + linear(4096, 4096) + linear(4096, 4)
    assert models.parameters(network) == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channels": (8, 8)}, "must name the same layers, at least one; found 2, 3, 3, 3 of them"),
        ({"reach": 0}, "expected positive sizes, found"),
        ({"extent": 0.0}, "expected positive sizes, found"),
        ({"pools": (1, 2, 0)}, "pools of 0 and 1, found"),
        ({"dropout": 1.0}, "dropout below 1"),
        ({"faintest": -0.1}, r"expected faintest in 0\.\.1"),
        ({"picture": 6}, "a picture of 6 pixels is too small for these layers"),
    ],
)
def test_settings_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(TrajectoryMapsConfig(), **changes)
