"""Data in other people's formats: those of the thesis's authors.

``labels`` reads annotators' and majority files, ``skeletons`` tables of poses, ``collections``
JSON files with many clips; ``folder`` turns a whole folder of theirs into a data set.
"""

from gymlib.formats.authors.clip import ImportedClip, ImportFault, Summary
from gymlib.formats.authors.folder import import_folder

__all__ = ["ImportFault", "ImportedClip", "Summary", "import_folder"]
