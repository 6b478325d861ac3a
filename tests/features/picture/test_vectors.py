"""Vectors of films that are drawn for the purpose: a patch that moves, a camera, a mirror."""

import numpy as np
import pytest
from textured import seen, texture

from gymlib.dataset.schemas import PICTURE
from gymlib.features.picture import flow, points, vectors
from gymlib.features.picture.region import Region

flow.one_thread()
UNIT = 14.0
CENTRE = {name: k for k, name in enumerate(PICTURE)}


def region(frames, centre=(79.5, 44.5), step=(0, 0)):
    centres = np.array(centre) + np.arange(frames)[:, None] * np.array(step)
    return Region(centres, np.full((frames, 2), 5 * UNIT), UNIT)


def film(frames=6, body=(0.0, 0.0), pan=0.0, half=10):
    """A textured square of ``2 half`` pixels in the middle that moves by ``body`` per frame in the
    world, filmed by a camera that pans by ``pan`` to the right per frame."""
    world, own = texture(), texture(seed=1)
    pictures = []
    for t in range(frames):
        picture = seen(world, ((1, 0, 40 + pan * t), (0, 1, 40)))
        x, y = (round(v) for v in (80 + (body[0] - pan) * t, 45 + body[1] * t))
        picture[y - half : y + half, x - half : x + half] = own[
            40 : 40 + 2 * half, 40 : 40 + 2 * half
        ]
        pictures.append(picture)
    return pictures


def test_a_still_film_has_no_movement():
    found = vectors.vectors(film(), region(6), 1.0)
    assert found.shape == (6, 21, 2)
    np.testing.assert_allclose(found, 0, atol=0.01)


@pytest.mark.parametrize("pan", [0, 2])
def test_a_body_moves_by_what_it_moves_and_not_by_the_camera(pan):
    step = (-pan, 0)
    found = vectors.vectors(film(body=(0, 2), pan=pan), region(6, step=step), 1.0)
    assert not found[0, :16].any()
    cells = found[1:3, :16].reshape(-1, 4, 4, 2)
    inner = cells[:, 1:3, 1:3].mean(axis=(0, 1, 2))
    # The square covers 20 x 20 of the inner cells' 35 x 35 pixels, and moves by 2 of 14 a frame.
    np.testing.assert_allclose(inner, [0, (20 / 35) ** 2 * 2 / UNIT], atol=0.02)
    np.testing.assert_allclose(cells[:, 0].mean(axis=(0, 1)), 0, atol=0.01)
    centre = found[:, CENTRE["centre"]]
    # Flow of small pictures is soft at the edges: a pixel in four frames.
    np.testing.assert_allclose((centre[5] - centre[1]) / 4, [0, 2 / UNIT], atol=1 / UNIT)


def test_a_camera_is_taken_off_where_the_region_is_the_whole_picture():
    whole = Region(np.tile([80.0, 45.0], (6, 1)), np.tile([160.0, 90.0], (6, 1)), 32.0)
    found = vectors.vectors(film(body=(0, 0), pan=2), whole, 1.0)
    outer = found[1:, :16].reshape(-1, 4, 4, 2)[:, :, [0, 3]]
    np.testing.assert_allclose(outer, 0, atol=0.01)


def test_ends_of_the_silhouette_are_those_of_the_square():
    found = vectors.vectors(film(body=(2, 0)), region(6), 1.0)
    ends = found[3, CENTRE["left"] :]
    # The mean of the outer tenth of a side of 20 pixels lies 9 from the middle.
    for end, expected in zip(ends, [[-9, 0], [9, 0], [0, -9], [0, 9]]):
        np.testing.assert_allclose(end * UNIT, expected, atol=3)


def test_the_silhouette_stays_while_nothing_moves():
    moving = film(frames=4, body=(2, 0))
    found = vectors.vectors([*moving, *[moving[-1]] * 3], region(7), 1.0)
    np.testing.assert_array_equal(found[4:, 16:], found[[3, 3, 3], 16:])
    np.testing.assert_allclose(found[5:, :16], 0, atol=0.01)


def test_a_mirrored_film_has_mirrored_vectors():
    pictures = film(body=(2, 1))
    one = vectors.vectors(pictures, region(6), 1.0)
    other = vectors.vectors([p[:, ::-1].copy() for p in pictures], region(6), 1.0)
    body = np.zeros((6, 33, 2), np.float32)
    expected = points.mirror(np.concatenate([body, one], axis=1))[:, 33:]
    np.testing.assert_allclose(other[1:, :16], expected[1:, :16], atol=0.02)
    np.testing.assert_allclose(other[1:, 16:], expected[1:, 16:], atol=0.15)
    assert np.abs(one[1:, 0] - other[1:, 0]).max() < np.abs(one[1:, 5] - other[1:, 5]).max()


def test_scale_is_that_of_the_pictures():
    pictures, large = film(body=(2, 0)), region(6)
    large = Region(6 * large.centre, 6 * large.size, 6 * large.unit)
    np.testing.assert_allclose(
        vectors.vectors(pictures, large, 1 / 6), vectors.vectors(pictures, region(6), 1.0)
    )


def test_means_and_ends_of_a_patch_on_paper():
    patch = np.zeros((32, 32, 2))
    patch[8:16, 24:32] = 0.5, -1  # cell of row 1, column 3
    cells = vectors.means(patch)
    np.testing.assert_array_equal(cells[7], [0.5, -1])
    assert np.count_nonzero(cells) == 2
    centre, left, right, top, bottom = vectors.silhouette(patch)
    np.testing.assert_allclose(centre, [(28 - 16) / 32, (12 - 16) / 32])
    np.testing.assert_allclose([left[0], right[0]], [8.5 / 32, 15.5 / 32])
    np.testing.assert_allclose([top[1], bottom[1]], [-7.5 / 32, -0.5 / 32])
    assert np.isnan(vectors.silhouette(np.zeros((32, 32, 2)))).all()
