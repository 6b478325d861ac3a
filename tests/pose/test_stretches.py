"""The search between poses that are sure."""

import numpy as np
from sightings import sighting

from gymlib.pose import stretches
from gymlib.pose.path import Choice


def test_expected_regions_bridge_a_gap():
    chosen = []
    for frame in range(20):
        one = sighting(frame, (10.0 * frame, 50.0)).candidate._replace(angle=0.3 * frame)
        chosen.append(None if 8 <= frame < 12 else Choice(one, False))
    hips, angles = stretches.expected(chosen, np.full(20, 50.0), 30.0)
    np.testing.assert_allclose(hips[:, 0], 10 * np.arange(20), atol=2)
    np.testing.assert_allclose(angles, 0.3 * np.arange(20), atol=0.05)
    assert stretches.expected([None] * 5, np.full(5, 50.0), 30.0) is None
