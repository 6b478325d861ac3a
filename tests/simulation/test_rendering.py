"""Body, place and renderer: what is drawn, where, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from gymlib.pose import extract_clip
from gymlib.simulation.motion.pose import forward, pose
from gymlib.simulation.motion.proportions import Proportions
from gymlib.simulation.rendering.appearance import Appearance
from gymlib.simulation.rendering.body import build
from gymlib.simulation.rendering.camera import Camera
from gymlib.simulation.rendering.mesh import Mesh, axes
from gymlib.simulation.rendering.renderer import render
from gymlib.simulation.rendering.scene import PLACES, Scene
from gymlib.skeleton import INDEX, torso_length
from gymlib.video import write_video

CAMERA = Camera((0.3, -6.0, 1.2), 0.05, -0.03, 0.0, 560.0, 320, 240, noise=0.0)
SKIN_AND_CLOTHES = Appearance()


def standing(frames=1, **degrees):
    """Joints of a person of 1.75 m, feet on the floor."""
    body = Proportions.of(1.75)
    joints = forward(pose(**degrees)[None], np.eye(3)[None], body)[0]
    joints[:, 2] -= joints[:, 2].min() - 0.02
    return np.repeat(joints[None], frames, axis=0)


def film(joints, camera=CAMERA, scene=None, **options):
    people = [(joints, SKIN_AND_CLOTHES)]
    return list(render(people, scene or Scene(), camera, 30.0, **options))


def enclosed_volume(mesh: Mesh, points):
    """Signed volume of a closed surface: the sum of its tetrahedra with the origin."""
    a, b, c, d = (points[mesh.quads[:, i]] for i in range(4))
    triangles = np.einsum("qi,qi", a, np.cross(b, c)) + np.einsum("qi,qi", a, np.cross(c, d))
    return triangles / 6


def test_body_displaces_as_much_water_as_a_person():
    joints = standing()
    mesh = build(joints, replace(SKIN_AND_CLOTHES, loose=0.0))
    litres = 1000 * enclosed_volume(mesh, mesh.pose(joints)[0])
    # Parts overlap at joints and are counted twice there; an adult of 1.75 m weighs about 70 kg.
    assert 60 < litres < 85


def test_body_moves_rigidly_with_rigid_joints():
    joints = standing(knee=60, hip=40, shoulder=30, elbow=20)
    mesh = build(joints, SKIN_AND_CLOTHES)
    turn = axes(np.array([0.2, -0.5, 0.8]), np.array([0.3, 0.9, 0.1]))
    moved = mesh.pose(joints @ turn.T + [1, 2, 3])
    np.testing.assert_allclose(moved, mesh.pose(joints) @ turn.T + [1, 2, 3], atol=1e-9)


def test_body_stays_near_the_bones():
    joints = standing(shoulder=170)
    points = build(joints, SKIN_AND_CLOTHES).pose(joints)[0]
    away = np.linalg.norm(points[:, None] - joints[0], axis=-1).min(axis=1)
    assert away.max() < 0.33
    assert points[:, 2].min() > -0.02  # nothing below the floor


def test_back_is_round_when_the_torso_is_shorter_than_straight():
    straight = standing(hip=100, knee=100)
    bent = standing(hip=100, knee=100, lumbar=60)
    mesh = build(np.concatenate([straight, bent]), SKIN_AND_CLOTHES)
    middle_of_back = np.argmin(
        np.abs(mesh.points[:, 2] - 0.5 * mesh.torso) + mesh.points[:, 0] + 10 * (mesh.frames != 0)
    )

    def behind(joints):
        hips, shoulders = (
            joints[0, [INDEX[f"left_{p}"], INDEX[f"right_{p}"]]].mean(axis=0)
            for p in ("hip", "shoulder")
        )
        along = (shoulders - hips) / np.linalg.norm(shoulders - hips)
        forward_axis = np.cross([0, 1.0, 0], along)
        return -(mesh.pose(joints)[0][middle_of_back] - hips) @ forward_axis

    assert behind(bent) > behind(straight) + 0.02


@pytest.mark.parametrize("up", [(0, 0, 1), (1, 0, 0), (0, 1, 0), (0.3, -0.2, 0.1)])
def test_axes_are_right_handed_even_where_left_is_undefined(up):
    matrix = axes(np.array(up, float), np.array([0, 1.0, 0]))
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(matrix), 1)
    np.testing.assert_allclose(matrix[:, 2], np.array(up) / np.linalg.norm(up))


@pytest.mark.slow
def test_frames_have_the_picture_size_and_the_joints_number():
    frames = film(standing(3))
    assert [(f.shape, f.dtype) for f in frames] == [((240, 320, 3), np.uint8)] * 3


@pytest.mark.slow
def test_body_covers_its_keypoints_and_only_its_surroundings():
    joints = standing(shoulder=90)
    scene = Scene(ambient=1.0)  # no shadow
    empty = scene.picture(CAMERA)
    changed = np.abs(film(joints, scene=scene)[0].astype(int) - empty).max(axis=-1) > 12
    pixels = np.round(CAMERA.project(joints[0])).astype(int)
    body = [INDEX[n] for n in ("nose", "left_hip", "left_knee", "left_elbow", "left_wrist")]
    assert changed[pixels[body, 1], pixels[body, 0]].all()
    low, high = pixels.min(axis=0) - 16, pixels.max(axis=0) + 16
    changed[low[1] : high[1], low[0] : high[0]] = False
    assert not changed.any()


@pytest.mark.slow
def test_shadow_falls_on_the_floor_and_only_darkens():
    joints = standing()
    scene = Scene(light=(0.6, 0.0, 0.8), ambient=0.4)
    difference = film(joints, scene=scene)[0].astype(int) - scene.picture(CAMERA)
    x, y = np.round(CAMERA.project(np.array([-0.35, 0, 0]))).astype(int)
    assert difference[y, x].max() < -8


@pytest.mark.slow
def test_grass_hides_the_feet():
    joints = standing()
    toe = joints[0, INDEX["left_foot_index"]] - [0.01, 0, 0.01]
    x, y = np.round(CAMERA.project(toe)).astype(int)
    bare, grown = (Scene(ambient=1.0, cover=c) for c in (0.0, 0.12))
    pictures = [film(joints, scene=s)[0].astype(int) for s in (bare, grown)]
    empty = bare.picture(CAMERA).astype(int)
    foot, grass = (np.abs(p - empty)[y + 1, x].max() for p in pictures)
    assert foot > 12 > grass


@pytest.mark.slow
def test_person_outside_the_picture_leaves_it_empty():
    joints = standing() + [50.0, 0, 0]
    np.testing.assert_array_equal(film(joints)[0], Scene().picture(CAMERA))


@pytest.mark.slow
def test_fast_motion_smears():
    still = standing(3)
    fast = still + np.arange(3)[:, None, None] * [0.2, 0, 0]
    scene, camera = Scene(ambient=1.0), replace(CAMERA, shutter=1 / 40)
    empty = scene.picture(camera).astype(float)

    def sharpness(joints):
        body = film(joints, camera, scene)[1] - empty
        return np.abs(np.diff(body, axis=1)).max()

    assert sharpness(fast) < 0.8 * sharpness(still)


@pytest.mark.slow
def test_same_seed_same_pictures_other_seed_other_noise():
    camera = replace(CAMERA, noise=4.0)
    first, again, other = (film(standing(), camera, seed=s)[0] for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.slow
def test_moving_camera_moves_the_place_as_it_moves_points():
    """What the panning camera shows is what a camera at rest, aimed like that, shows."""
    turns = np.array([[0.0, 0, 0], [0.06, 0.03, 0.01]])
    camera = replace(CAMERA, turns=turns)
    away = standing(2) + [50.0, 0, 0]
    seen = film(away, camera)[1].astype(float)
    painted = Scene().picture(camera.at(1)).astype(float)
    inside = np.abs(seen - painted)[20:-20, 20:-20]
    assert np.median(inside) < 3


@pytest.mark.slow
def test_a_zooming_camera_shows_what_a_camera_of_that_focal_length_shows():
    camera = replace(CAMERA, zooms=np.array([1.0, 0.8, 1.25]))
    away = standing(3) + [50.0, 0, 0]
    for frame, seen in enumerate(film(away, camera)):
        painted = Scene().picture(camera.at(frame)).astype(float)
        assert np.median(np.abs(seen - painted)[20:-20, 20:-20]) < 3


@pytest.mark.slow
def test_who_is_nearer_hides_who_is_farther():
    scene = Scene(ambient=1.0)
    near, far = standing(), standing() + [0, 1.5, 0]
    red, blue = (replace(SKIN_AND_CLOTHES, top=c) for c in ((250, 0, 0), (0, 0, 250)))
    chest = near[0, 11:13].mean(axis=0) * [1, 1, 0.9]
    x, y = np.round(CAMERA.project(chest)).astype(int)
    for people in ([(near, red), (far, blue)], [(far, blue), (near, red)]):
        (picture,) = render(people, scene, CAMERA, 30.0)
        assert picture[y, x, 0] > 150 > picture[y, x, 2]


@pytest.mark.slow
def test_a_box_is_drawn_and_carries_shadows():
    box = ((-1.0, -0.5, 0.0), (0.0, 0.5, 0.8))
    plain = Scene(ambient=1.0)
    scene = replace(plain, block=box)
    places = np.array([[-0.5, 0.0], [0.5, 0.0], [-0.5, 0.7]])
    np.testing.assert_allclose(scene.level(places), [0.8, 0, 0])
    changed = np.abs(scene.picture(CAMERA).astype(int) - plain.picture(CAMERA)).max(axis=-1) > 8
    inside, outside = CAMERA.project(np.array([[-0.5, -0.5, 0.4], [0.6, -0.5, 0.4]])).astype(int)
    assert changed[inside[1], inside[0]] and not changed[outside[1], outside[0]]


def test_joints_must_be_finite():
    joints = standing(4)
    joints[2, 5] = np.nan
    with pytest.raises(ValueError, match=r"NaN or infinity in 1 of 4 frames, first in frame 2"):
        film(joints)


def test_camera_must_move_over_as_many_frames():
    with pytest.raises(ValueError, match="expected a camera for 3 frames, found 2"):
        film(standing(3), replace(CAMERA, turns=np.zeros((2, 3))))


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_scenes_differ_by_seed_and_repeat_by_seed(place):
    pictures = [
        Scene.sample(np.random.default_rng(s), place).picture(CAMERA).astype(int) for s in (1, 1, 2)
    ]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0] - pictures[2]).mean() > 3


def test_only_the_trampoline_hides_the_gymnast():
    scenes = [Scene.sample(np.random.default_rng(0), place) for place in PLACES]
    hiding = {s.place for s in scenes if s.foreground(CAMERA).any()}
    assert hiding == {"trampoline"}
    assert {s.place for s in scenes if s.surface_height > 0} == {"trampoline"}


def test_unknown_place():
    with pytest.raises(ValueError, match=r"place must be one of gym, .*; found 'moon'"):
        Scene(place="moon")


def test_unknown_hairstyle():
    with pytest.raises(ValueError, match="hairstyle must be one of"):
        Appearance(hairstyle="mohawk")


def test_appearances_repeat_by_seed():
    first, second = (Appearance.sample(np.random.default_rng(5)) for _ in range(2))
    assert first == second


@pytest.mark.slow
def test_blazepose_finds_the_gymnast_where_he_is(tmp_path):
    joints = standing(10, shoulder=25, elbow=20) + np.arange(10)[:, None, None] * [0.01, 0, 0]
    camera = replace(CAMERA, width=480, height=360, focal=840.0, noise=3.0)
    film_path = tmp_path / "clip.mp4"
    write_video(film_path, film(joints, camera), 30.0)
    found = extract_clip(film_path)
    assert found.detected.all()
    true = camera.project(joints)
    away = (
        np.linalg.norm(found.keypoints * [480, 360] - true, axis=-1) / torso_length(true)[:, None]
    )
    assert (away[2:, 11:29] < 0.2).mean() > 0.8  # the arm behind the body is guessed
