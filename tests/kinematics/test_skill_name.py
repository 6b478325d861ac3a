"""Names of skills of a stick figure."""

import numpy as np
import pytest
from stick_figure import FEET, figure, salto

from gymlib.kinematics.contact import flights
from gymlib.kinematics.rotation import rotation
from gymlib.kinematics.skill_name import direction, entry


@pytest.mark.slow
@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize(
    ("turns", "way", "name"),
    [(1, 1, "front somersault"), (1, -1, "back somersault"), (0, 1, "jump"), (0.3, 1, "jump")],
)
def test_forwards_or_backwards_whichever_way_it_faces(turns, way, name, facing):
    keypoints, _ = salto(turns, way=way, facing=facing)
    for seen in (keypoints, keypoints * [-1, 1]):  # a mirror changes no name
        (flight,) = flights(seen, 20, 39)
        assert direction(seen, flight, rotation(seen, flight)) == name


def _entry(keypoints, start=20, end=39) -> str:
    return entry(keypoints, start, flights(keypoints, start, end))


def test_out_of_standing():
    assert _entry(salto()[0]) == "standing"


def test_out_of_a_run_up_the_feet_come_from_elsewhere():
    keypoints, _ = salto()
    keypoints[:17, :, 0] -= 12 * np.arange(17, 0, -1)[:, None]
    assert _entry(keypoints) == "run-up"


def test_out_of_a_bed_that_the_feet_sink_into():
    keypoints, _ = salto()
    keypoints[11:18, FEET, 1] += 40
    assert _entry(keypoints) == "trampoline"


@pytest.mark.slow
@pytest.mark.parametrize(("before", "name"), [(30, "round-off"), (90, "cartwheel")])
def test_a_skill_that_begins_long_before_its_flight(before, name):
    keypoints, _ = salto(before=before + 10, flight=20)
    upright = np.array([figure(centre=(320, 350 + 0.1 * k)) for k in range(before)])
    keypoints[5 : before + 5] = upright  # on hands and feet, the centre of mass hardly moves
    assert _entry(keypoints, 5, before + 29) == name
