"""Made-up people as the survey of a video sees them."""

import numpy as np

from gymlib.pose.candidates import Candidate
from gymlib.pose.region import Region
from gymlib.pose.sightings import Sighting


def sighting(frame, place, motion=0.0, confidence=0.9, colour=(90, 90, 90)) -> Sighting:
    """Somebody with all keypoints at one place (pixels) and a torso of 50 pixels."""
    points = np.tile(np.array(place, float), (33, 1))
    body = Candidate(
        points, np.ones(33), confidence, points[0], 0.0, Region(*place, 0, 250), np.zeros(8)
    )
    return Sighting(frame, body, 50.0, motion, np.array(colour, float))
