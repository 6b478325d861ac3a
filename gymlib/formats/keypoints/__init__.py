"""Keypoints of other pose estimators into a data set: OpenPose, AlphaPose, DeepLabCut, SLEAP.

Each program's file gives the people of each frame with the points that it shares with BlazePose;
one of them is followed, and what the program does not know stays NaN. A module per program.
"""

from gymlib.formats.keypoints.taking import PROGRAMS, KeypointError, TakenKeypoints, size, take

__all__ = ["PROGRAMS", "KeypointError", "TakenKeypoints", "size", "take"]
