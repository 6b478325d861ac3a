"""Geometric features on bodies solved on paper, and the LSTM that reads them."""

from itertools import combinations

import numpy as np
import pytest
import torch
from drawn import drawn

from gymlib import models
from gymlib.features import geometry
from gymlib.features.geometry import ENDS, LINES, PAIRS, SIZES, relations
from gymlib.features.joints import JOINTS
from gymlib.models.geometric_lstm import GeometricLSTMConfig


def test_lines_are_bones_chains_of_two_and_pairs_of_ends():
    """As for Kinect's 25 joints: 24 bones, 5 chains and 10 pairs of ends are 39 lines."""
    assert len(LINES) == 16 + 5 + 10 == len({frozenset(line) for line in LINES})
    names = [{JOINTS[a], JOINTS[b]} for a, b in LINES]
    chains = [{"pelvis", "head"}] + [
        {f"{side}_{above}", f"{side}_{end}"}
        for side in ("left", "right")
        for above, end in (("shoulder", "wrist"), ("knee", "foot"))
    ]
    assert all(chain in names[16:21] for chain in chains)
    assert names[21:] == [{JOINTS[a], JOINTS[b]} for a, b in combinations(ENDS, 2)]


def test_numbers_of_features_on_paper():
    """17 joints, 31 lines; a line has 15 joints that are not its own."""
    distances, angles = 17 * 16 // 2, 31 * 30 // 2
    assert list(SIZES.values()) == [distances, 2 * distances, 31 * 15, angles]
    for kind, size in SIZES.items():
        assert relations(drawn(7, 33, 2), (kind,)).shape == (7, size)
    assert relations(drawn(7, 33, 2), tuple(SIZES)).shape == (7, sum(SIZES.values()))


def at(kind_values, wanted, items):
    return float(kind_values[0, items.index(wanted)])


def test_a_right_angle_on_paper():
    """Pelvis at the origin, neck at (0, -2), left hip at (1, 0), left knee at (4, -4)."""
    body, n = torch.zeros(1, 17, 2), JOINTS.index
    body[0, n("neck")] = torch.tensor([0.0, -2.0])
    body[0, n("left_hip")] = torch.tensor([1.0, 0.0])
    body[0, n("left_knee")] = torch.tensor([4.0, -4.0])
    hip_knee = (n("left_hip"), n("left_knee"))
    assert at(geometry.joint_joint_distance(body), hip_knee, PAIRS) == 5
    which = PAIRS.index(hip_knee)
    towards = geometry.joint_joint_orientation(body)[0, 2 * which : 2 * which + 2]
    assert towards.tolist() == pytest.approx([3 / 5, -4 / 5])
    trunk, hip, thigh = (LINES.index(line) for line in ((0, 1), (0, n("left_hip")), hip_knee))
    angles = geometry.line_line_angle(body)
    pairs = list(combinations(range(len(LINES)), 2))
    assert at(angles, (trunk, hip), pairs) == pytest.approx(np.pi / 2)
    assert at(angles, tuple(sorted((trunk, thigh))), pairs) == pytest.approx(np.arccos(4 / 5))
    others = [(line, j) for line in LINES for j in range(17) if j not in line]
    distances = geometry.joint_line_distance(body)
    assert at(distances, ((0, 1), n("left_knee")), others) == pytest.approx(4)  # of the trunk
    assert at(distances, (hip_knee, 0), others) == pytest.approx(4 / 5)  # 3-4-5 triangles
    # Neck (0, -2) and the line 4x + 3y = 4 through hip and knee: |-6 - 4| / 5.
    assert at(distances, (hip_knee, 1), others) == pytest.approx(2)


def test_joint_line_distance_is_herons_height():
    body = drawn(4, 17, 2).double()
    found = geometry.joint_line_distance(body).numpy()
    points, k = body.numpy(), 0
    for first, second in LINES:
        for joint in range(17):
            if joint in (first, second):
                continue
            a, b, c = (
                np.linalg.norm(points[:, i] - points[:, j], axis=1)
                for i, j in ((first, joint), (second, joint), (first, second))
            )
            s = (a + b + c) / 2
            heron = 2 * np.sqrt((s * (s - a) * (s - b) * (s - c)).clip(0)) / c
            np.testing.assert_allclose(found[:, k], heron, atol=1e-6)
            k += 1


def test_turning_the_camera_changes_the_orientations_alone():
    body, angle = drawn(5, 17, 2), torch.tensor(0.7)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()]).reshape(2, 2)
    for kind in ("joint_joint_distance", "joint_line_distance", "line_line_angle"):
        relation = getattr(geometry, kind)
        torch.testing.assert_close(relation(body @ turn), relation(body), atol=2e-3, rtol=1e-3)
    vectors = geometry.joint_joint_orientation(body).unflatten(1, (-1, 2))
    turned = geometry.joint_joint_orientation(body @ turn).unflatten(1, (-1, 2))
    torch.testing.assert_close(turned, vectors @ turn)


def test_joints_in_one_place_give_numbers():
    for kind in SIZES:
        assert torch.isfinite(relations(torch.zeros(3, 33, 2), (kind,))).all()


def test_place_and_size_do_not_matter():
    """Of a body with a trunk; lines without length would have any direction."""
    body = drawn(30, 33, 2)
    seen = relations(body, tuple(SIZES))
    torch.testing.assert_close(relations(90 * body + 300, tuple(SIZES)), seen, atol=0.02, rtol=0.01)


def lstm_size(inputs, hidden, layers, directions):
    """Torch's LSTM: four gates of inputs, states and two biases, in each layer and direction."""
    sizes = [inputs] + [directions * hidden] * (layers - 1)
    return sum(directions * 4 * hidden * (size + hidden + 2) for size in sizes)


@pytest.mark.slow
def test_sizes_on_paper():
    """The default, and the width of the authors' code: one direction, 1024 neurons a layer."""
    default = models.recipe("geometric_lstm").build(0)
    c = default.config
    inputs = sum(SIZES[kind] for kind in c.kinds)
    expected = lstm_size(inputs, c.hidden, 3, 2) + 2 * c.hidden * 4 + 4
    assert models.parameters(default) == expected
    published = {"kinds": ("joint_line_distance",), "hidden": 1024, "directions": 1}
    model = models.recipe("geometric_lstm").build(0, **published)
    assert models.parameters(model) == lstm_size(465, 1024, 3, 1) + 1024 * 4 + 4


def test_only_two_directions_let_a_frame_see_the_next():
    for directions, reach in ((1, 5), (2, 9)):
        model = models.recipe("geometric_lstm").build(0, directions=directions).eval()
        rows = drawn(10, model.lstm.input_size).requires_grad_()
        (slope,) = torch.autograd.grad(model.lstm(rows)[0][5].sum(), rows)
        assert int(slope.abs().sum(1).nonzero().max()) == reach


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kinds": ()}, "kinds must be some of joint_joint_distance, .* found none"),
        ({"kinds": ("plane",)}, "kinds must be some of .* found plane"),
        ({"hidden": 0}, "expected positive sizes and dropout in 0..1"),
        ({"directions": 3}, "directions must be 1 or 2, found 3"),
    ],
)
def test_settings_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        GeometricLSTMConfig(**changes)
