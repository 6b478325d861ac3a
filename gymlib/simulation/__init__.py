"""A simulated data set: gymnasts in three dimensions, filmed, and labelled by three annotators.

:mod:`plan` says who does what, :mod:`motion` moves them, :mod:`rendering` films them,
:mod:`annotators` label them, :mod:`clip` does all of it for one clip and :mod:`generate` for all;
:mod:`skeletons` does without pictures, with an estimator's errors from :mod:`noise`.
Other skills, bodies and places may come here; nothing here knows how poses are found or learnt.
"""
