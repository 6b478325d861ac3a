"""Segments of the annotations worth a second look: who doubts them, in which order, what is done.

Every kind of evidence against a label may come here; how the queue is shown may not.
"""
