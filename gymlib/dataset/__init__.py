"""A data set: its folder, its clips, its tables and what they must look like.

What a folder of videos is made of may come here; how it is labelled or learnt from may not.
"""

from gymlib.dataset.clip import Attempt, Clip
from gymlib.dataset.dataset import Dataset, names

__all__ = ["Attempt", "Clip", "Dataset", "names"]
