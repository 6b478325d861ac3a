"""Movement whose size and direction are known, of pictures and of cameras."""

import numpy as np
import pytest
from textured import HEIGHT, WIDTH, seen, texture

from gymlib.features.picture import flow

flow.one_thread()


def everywhere():
    return np.ones((HEIGHT, WIDTH), bool)


@pytest.mark.parametrize("shift", [(3, 0), (0, -2), (-1.5, 2.5), (0, 0)])
def test_a_shifted_picture_has_moved_by_the_shift(shift):
    world = texture()
    after = seen(world, ((1, 0, 40 - shift[0]), (0, 1, 40 - shift[1])))
    moved = flow.flow(seen(world), after)
    inner = moved[10:-10, 10:-10].reshape(-1, 2)
    np.testing.assert_allclose(np.median(inner, axis=0), shift, atol=0.15)
    np.testing.assert_allclose(inner.mean(axis=0), shift, atol=0.3)


@pytest.mark.parametrize(
    "before",
    [
        ((1, 0, 37), (0, 1, 42)),  # panned
        ((1.02, 0, 38), (0, 1.02, 39)),  # zoomed
        ((np.cos(0.02), -np.sin(0.02), 41), (np.sin(0.02), np.cos(0.02), 39)),  # rolled
    ],
)
def test_a_camera_that_moves_is_found_and_taken_off(before):
    world = texture()
    first, after = seen(world, before), seen(world)
    moved = flow.flow(first, after)
    assert np.linalg.norm(moved, axis=-1).mean() > 0.8
    matrix = flow.camera(moved, after, everywhere())
    rest = flow.without_camera(moved, matrix)[10:-10, 10:-10]
    assert np.linalg.norm(rest, axis=-1).mean() < 0.15
    # Pixel p of the later picture shows the world at p + 40, which the earlier showed at M p.
    earlier = np.vstack([before, [0, 0, 1]])
    expected = np.linalg.inv(earlier) @ np.array([[1, 0, 40], [0, 1, 40], [0, 0, 1]])
    middle = np.array([WIDTH / 2, HEIGHT / 2, 1])
    np.testing.assert_allclose(matrix @ middle, (expected @ middle)[:2], atol=0.2)


def test_what_moves_before_a_panning_camera_keeps_its_own_movement():
    world, body = texture(), texture(seed=1)
    first, after = seen(world, ((1, 0, 37), (0, 1, 40))), seen(world)
    first[30:60, 60:90] = body[40:70, 40:70]
    after[31:61, 60:90] = body[40:70, 40:70]  # falls by one pixel as the camera sees it
    background = everywhere()
    background[20:70, 50:100] = False
    moved = flow.flow(first, after)
    rest = flow.without_camera(moved, flow.camera(moved, after, background))
    # The background has moved by -3: beside it, the body by +3.
    np.testing.assert_allclose(rest[38:54, 66:84].mean(axis=(0, 1)), [3, 1], atol=0.3)
    np.testing.assert_allclose(np.median(rest[:20], axis=(0, 1)), [0, 0], atol=0.1)


def test_a_picture_without_texture_shows_no_camera():
    plain = np.full((HEIGHT, WIDTH), 90, np.uint8)
    moved = np.ones((HEIGHT, WIDTH, 2), np.float32)
    np.testing.assert_array_equal(flow.camera(moved, plain, everywhere()), flow.STILL)
    nowhere = np.zeros((HEIGHT, WIDTH), bool)
    textured = seen(texture())
    np.testing.assert_array_equal(flow.camera(moved, textured, nowhere), flow.STILL)
    np.testing.assert_array_equal(flow.without_camera(moved, flow.STILL), moved)
