"""The pictures of the review queue show what is in it."""

import matplotlib
import pandas as pd
from vote_rows import codes

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from gymlib.annotation.review.doubt import NO_MAJORITY, VOTES, Doubt
from gymlib.plots.review import plot_cases, plot_queue


def test_pictures_of_the_queue():
    doubts = [
        Doubt("lost", 0, 9, NO_MAJORITY, 10, 10.0, "all differ"),
        Doubt("calm", 3, 5, VOTES, 3, 1.0, "one differs"),
        Doubt("calm", 7, 9, VOTES, 3, 1.0, "one differs"),
    ]
    queue = pd.DataFrame(doubts, columns=list(Doubt._fields))
    axes = plot_queue(queue)
    assert [bar.get_width() for bar in axes[0].patches] == [1, 2]
    assert [text.get_text() for text in axes[0].texts] == ["1", "2"]
    assert [bar.get_width() for bar in axes[1].patches] == [10, 2]
    rows = {"lost": {"A": codes("iiiiitttss"), "label": codes("..........")}}
    axes = plot_cases(queue, rows, most=1)
    assert "lost, no majority" in axes[0].get_title(loc="left")
    assert axes[0].get_xlim() == (0, 10)
    assert plot_cases(queue.head(0), {})[0].texts[0].get_text() == "nothing to review"
    assert plot_queue(queue.head(0))[0].texts[0].get_text() == "nothing to review"
    plt.close("all")
