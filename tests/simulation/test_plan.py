"""The plan of the simulated data set holds what was promised."""

from collections import Counter

import numpy as np
import pytest

from gymlib.files import paths
from gymlib.simulation.motion.entries import ENTRIES
from gymlib.simulation.plan import plan


@pytest.mark.slow
def test_the_full_plan_has_eight_videos_and_202_clips():
    clips = plan()
    assert len(clips) == 202
    assert len({c.session.video for c in clips}) == 8
    assert len({c.clip for c in clips}) == 202
    assert sum(c.attempt.frames for c in clips) == pytest.approx(19_700, rel=0.02)
    for c in clips:
        paths.safe_name(c.clip)


@pytest.mark.slow
def test_the_quick_plan_is_small_but_has_all_videos():
    clips = plan(size="quick")
    assert len(clips) == 16 and len({c.session.video for c in clips}) == 8
    assert sum(c.attempt.frames for c in clips) < 1_400
    assert max(c.session.width for c in clips) < plan()[0].session.width


def test_videos_differ():
    sessions = {c.session.video: c.session for c in plan()}.values()
    assert {s.fps for s in sessions} == {25.0, 30.0}
    assert len({s.place for s in sessions}) >= 4
    for what in ("body", "style", "seed", "torso"):
        assert len({getattr(s, what) for s in sessions}) == 8


def test_the_repertoire_is_complete():
    attempts = [c.attempt for c in plan()]
    skills = Counter(skill for a in attempts for skill in a.skill.split(", "))
    assert set(skills) >= {"back somersault", "front somersault", "side somersault"}
    assert {shape for a in attempts for shape in a.shape.split(", ")} == {
        "tucked", "piked", "stretched",
    }  # fmt: skip
    assert {a.entry for a in attempts} == set(ENTRIES)
    assert {a.landing for a in attempts} == {
        "stick", "steps", "stumble", "sit", "lie", "walk-off", "run-out", "celebrate", "none",
    }  # fmt: skip
    assert any(a.skill.count(",") >= 1 for a in attempts)  # several skills in a row
    assert any(a.fakes for a in attempts) and any(a.late for a in attempts)
    slow = np.mean([a.slow > 1 for a in attempts])
    assert 0.05 < slow < 0.25


def test_cameras_and_places_are_of_many_kinds():
    clips = plan()
    sessions = {c.session.video: c.session for c in clips}.values()
    assert sum(s.view is None for s in sessions) >= 5  # most look from the side
    assert any(abs(s.view or 0) >= 60 for s in sessions)  # obliquely
    assert any(s.height > s.width for s in sessions)  # a phone held upright
    for how in ("follow", "zoom"):
        assert any(getattr(s, how) for s in sessions)
    assert {c.attempt.company for c in clips} == {"none", "standing", "walking"}
    drops = np.array([c.attempt.drop for c in clips])
    assert (drops > 0.3).any() and (drops < -0.1).any() and (drops != 0).mean() < 0.15
    assert any(c.attempt.repeats for c in clips)


def test_what_strangers_do_is_for_the_skeletons_alone():
    """Results that took hours hang on the movements of the simulated data set."""
    for attempt in (c.attempt for c in plan()):
        assert attempt.waiting == "upright" and not attempt.link
        assert attempt.idle is None and attempt.shown is None


@pytest.mark.slow
def test_same_seed_same_plan_and_another_seed_another():
    assert plan(3) == plan(3)
    assert plan(3) != plan(4)


def test_unknown_size_is_refused():
    with pytest.raises(ValueError, match="size must be one of full, quick; found 'tiny'"):
        plan(size="tiny")
