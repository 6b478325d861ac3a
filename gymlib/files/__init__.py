"""Files and processes: atomic writes, tables, locks, provenance, progress, and what is done.

Nothing here knows of gymnastics. What other programs need of a disk or a process may come here.
"""
