"""Names of films: whatever they are called, their files and folders stay in their place."""

import re
from pathlib import Path

import pytest
from footage import film
from hypothesis import given
from hypothesis import strategies as st

from gymlib.dataset import Dataset, names
from gymlib.dataset.inventory import SUFFIXES
from gymlib.prediction.open import film_dataset, safe_film_name


@given(st.text(max_size=40), st.sampled_from(sorted(SUFFIXES)))
def test_any_name_becomes_one_that_is_safe(stem, suffix):
    name = safe_film_name(f"x{stem}".rpartition("/")[2] + suffix)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*\.[a-z0-9]+", name)
    assert safe_film_name(name) == name and Path(name).suffix == suffix


@pytest.mark.parametrize("name", ["notes.txt", "salto", ".mp4", ""])
def test_what_does_not_end_like_a_video_is_no_film(name):
    with pytest.raises(ValueError, match=r"expected a video \(\.avi "):
        safe_film_name(name)


def test_a_broken_film_makes_no_data_set(home):
    (home / "broken.mp4").write_bytes(b"no film")
    with pytest.raises(ValueError, match=r"broken\.mp4: cannot be opened as a video"):
        film_dataset(home / "broken.mp4")
    assert names() == [] and not Dataset("broken").folder.exists()
    assert film_dataset(film(home / "salto.mp4")).clips["clip"].tolist() == ["salto"]
