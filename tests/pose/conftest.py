"""Fixtures of the pose tests."""

import numpy as np
import pytest
from sightings import sighting


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def hall():
    """A spotter who stands at x = 100 and a gymnast who jumps at x = 400, in every fifth frame."""
    sightings = []
    for frame in range(0, 60, 5):
        height = 300 - 10 * frame + 0.17 * frame**2
        sightings.append(sighting(frame, (100, 300), motion=0.5))
        sightings.append(sighting(frame, (400, height), motion=20, confidence=0.6))
    return sightings
