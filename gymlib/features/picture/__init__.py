"""What the picture says around a body: how it moves there and what moves, as vectors per frame.

Made from films and skeletons together, so that something is known of the frames in which no pose
was found. In the order of the work: :mod:`flow`, :mod:`region`, :mod:`vectors`, then the table of
a data set (:mod:`extraction`), clips that carry it (:mod:`clips`) and variations of them.
"""
