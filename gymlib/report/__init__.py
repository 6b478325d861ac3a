"""The report: executed notebooks of all data sets as one browsable site.

The site needs no network: equations become MathML when it is built, and theme and fonts come
along. :mod:`commands` has what the command line can do. Pages about something else, and other
forms of a report, may come here.
"""
