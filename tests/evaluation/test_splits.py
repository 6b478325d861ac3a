import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable_clips import make_clips

from gymlib.dataset.clip import Clip
from gymlib.evaluation import splits


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(
    clips=st.integers(20, 60),
    outer=st.integers(2, 5),
    inner=st.integers(2, 4),
    by=st.sampled_from(["clip", "video"]),
    seed=st.integers(0, 99),
)
def test_no_group_stands_on_both_sides_of_any_split(clips, outer, inner, by, seed):
    data = make_clips([8] * clips, videos=10)
    groups = np.array([getattr(clip, "name" if by == "clip" else "video") for clip in data])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of missing classes: not the question here
        parents, children = splits.nested(data, outer=outer, inner=inner, by=by, seed=seed)
    _assert_partition(parents, np.arange(clips), groups)
    for parent, folds in zip(parents, children, strict=True):
        assert len(folds) == inner
        _assert_partition(folds, parent.train, groups)


def _assert_partition(folds, members, groups):
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted(tested) == sorted(members)  # every clip is tested exactly once
    for fold in folds:
        assert not set(groups[fold.train]) & set(groups[fold.test])
        assert sorted([*fold.train, *fold.test]) == sorted(members)


def test_same_seed_same_folds_and_another_seed_others():
    clips = make_clips([30] * 20)
    first, again, other = (splits.nested(clips, seed=seed) for seed in (1, 1, 2))
    for a, b in zip(first[0], again[0]):
        np.testing.assert_array_equal(a.test, b.test)
    assert any(not np.array_equal(a.test, b.test) for a, b in zip(first[0], other[0]))


def test_fold_sizes_differ_by_one_clip_at_most():
    parents, _ = splits.nested(make_clips([30] * 22), seed=0)
    assert sorted(len(fold.test) for fold in parents) == [4, 4, 4, 5, 5]


def test_fewer_groups_than_folds():
    with pytest.raises(ValueError, match=r"5 folds need .* found 3 group\(s\) among 3 clip\(s\)"):
        splits.nested(make_clips([30] * 3))
    with pytest.raises(ValueError, match=r'found 2 group\(s\) among 20 clip\(s\); .*groups="clip"'):
        splits.nested(make_clips([30] * 20, videos=2), by="video")
    with pytest.raises(ValueError, match="groups must be one of clip, video, found 'person'"):
        splits.nested(make_clips([30] * 20), by="person")


def test_a_class_missing_from_a_training_set_is_said():
    clips = make_clips([30] * 20)
    only_one = [
        Clip(c.name, c.video, c.frames, c.keypoints, np.minimum(c.labels, 3 if k == 0 else 2))
        for k, c in enumerate(clips)
    ]
    with pytest.warns(UserWarning, match=r"outer fold \d.*: no training frame is labelled landing"):
        splits.nested(only_one)
