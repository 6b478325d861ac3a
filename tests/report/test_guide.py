"""The annotation guide: its pictures exist, are small, are described, and show what they claim."""

import re

import pandas as pd
import pytest

from gymlib.files import paths
from gymlib.files.atomic import read_json
from gymlib.labels import CODES, Segment
from gymlib.report import guide

TEXT = (paths.DOCS / "annotation_guide.md").read_text("utf-8")
NAMED = re.findall(r"!\[([^\]]*)\]\(annotation_guide/([a-z_]+)\.svg\)", TEXT)


def test_every_case_has_its_picture_and_words_for_those_who_do_not_see_it():
    assert {name for _, name in NAMED} == set(guide.CASES)
    for words, name in NAMED:
        assert len(words) > 40, f"{name} needs a description"
        assert (guide.PICTURES / f"{name}.svg").stat().st_size <= 200_000
    shown = read_json(guide.PICTURES / "pictures.json")["pictures"]
    assert {name for _, name in NAMED} == set(shown)


def test_the_guide_answers_what_annotators_disagree_on():
    for heading in ("Fake take-off", "Trampoline chains", "Cartwheel", "Steps after landing"):
        assert re.search(rf"^## {heading}", TEXT, re.MULTILINE)


def clip(runs: list[tuple[int, str]], votes=(), **about) -> guide.Clip:
    """A clip from (frames, label) pairs; ``votes`` are those of annotators A, B, ..."""

    def segments(pairs):
        result, start = [], 0
        for length, label in pairs:
            result.append(Segment(start, start + length - 1, CODES[label]))
            start += length
        return result

    given = {"clip": "c", "entry": "standing", "landing": "stick", "fakes": 0, "slow": 1.0} | about
    people = {who: segments(pairs) for who, pairs in zip("ABC", votes)}
    return guide.Clip(pd.Series(given), segments(runs), people)


PLAIN = [(20, "idle"), (20, "take-off"), (15, "skill"), (50, "landing")]


def test_borders_are_shown_in_pairs():
    assert guide.borders(clip(PLAIN, entry="run-up")) == [19, 20, 39, 40, 54, 55]
    assert guide.borders(clip(PLAIN)) is None
    assert guide.borders(clip(PLAIN[1:], entry="run-up")) is None


def test_a_fake_take_off_is_what_somebody_took_for_one():
    fooled = [(12, "take-off"), (8, "idle"), *PLAIN[1:]]
    frames = guide.fake_takeoff(clip(PLAIN, [PLAIN, fooled], fakes=1))
    assert frames[:3] == [0, 6, 11] and 11 < frames[3] < 20 <= frames[4] < 40 <= frames[5]
    assert guide.fake_takeoff(clip(PLAIN, [PLAIN], fakes=1)) is None
    assert guide.fake_takeoff(clip(PLAIN, [fooled])) is None


def test_the_other_cases_take_their_frames_from_the_right_phases():
    chain = [(5, "idle"), *[(10, "take-off"), (20, "skill")] * 3, (20, "landing")]
    frames = guide.trampoline_chain(clip(chain, entry="trampoline"))
    assert [15 <= f < 35 for f in frames[:2]] + [35 <= f < 45 for f in frames[2:4]] == [True] * 4
    assert all(45 <= f < 65 for f in frames[4:])
    entry = [(5, "idle"), (80, "take-off"), (15, "skill"), (20, "landing")]
    frames = guide.cartwheel_entry(clip(entry, entry="cartwheel"))
    assert all(5 <= f < 85 for f in frames[:5]) and 85 <= frames[5] < 100
    frames = guide.landing_steps(clip(PLAIN, landing="steps"))
    assert 40 <= frames[0] < 55 and frames[1:][0] >= 55 and frames[-1] == 104
    frames = guide.walking_off(clip([*PLAIN, (20, "idle")], landing="walk-off"))
    assert frames[2] == 104 and frames[3] == 106 and frames[-1] == 124
    for pick in guide.CASES.values():
        assert pick(clip([(50, "idle")])) is None


def test_a_case_that_no_clip_shows_is_named():
    with pytest.raises(ValueError, match="no clip shows the case 'borders'"):
        guide.choose([clip(PLAIN)])
