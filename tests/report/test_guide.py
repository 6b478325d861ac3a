"""The annotation guide: its pictures exist, are small, are described, and show what they claim."""

import re

import pytest

from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.files.atomic import read_json, write_json
from gymlib.report import cards, guide

TEXT = (paths.DOCS / "annotation_guide.md").read_text("utf-8")
NAMED = re.findall(r"!\[([^\]]*)\]\(annotation_guide/([a-z_]+)\.svg\)", TEXT)
SHOWN = read_json(guide.PICTURES / "pictures.json")["pictures"]


def test_every_case_has_its_picture_and_words_for_those_who_do_not_see_it():
    assert {name for _, name in NAMED} == set(SHOWN)
    for words, name in NAMED:
        assert len(words) > 40, f"{name} needs a description"
        assert (guide.PICTURES / f"{name}.svg").stat().st_size <= 200_000
        assert SHOWN[name]["frames"] == sorted(set(SHOWN[name]["frames"]))


def test_the_guide_answers_what_annotators_disagree_on():
    for heading in ("Fake take-off", "Trampoline chains", "Cartwheel", "Steps after landing"):
        assert re.search(rf"^## {heading}", TEXT, re.MULTILINE)


def test_every_picture_says_what_it_was_drawn_from():
    text = cards.guide()
    assert text.count("```{figure}") == len(SHOWN) and "![" not in text
    assert f"Clip {SHOWN['borders']['clip']}, frames " in text


def test_frames_chosen_for_other_clips_are_refused(home, tmp_path):
    write_json(tmp_path / "pictures.json", {"data": "0123", "pictures": {}})
    with pytest.raises(ValueError, match="was written for data 0123, but these are"):
        guide.make(Dataset("one"), tmp_path)
