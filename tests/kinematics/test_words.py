"""Every told measurement is one that is measured, and its two sentences take a size."""

from gymlib.dataset.schemas import MEASURED
from gymlib.kinematics.words import WORDS


def test_words_are_of_measurements_and_name_the_size_once():
    assert set(WORDS) <= set(MEASURED)
    for words in WORDS.values():
        assert words.more.count("{}") == words.less.count("{}") == 1
        assert words.more != words.less
