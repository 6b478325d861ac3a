"""The commands of ``python -m gymlib``: what each does, and its options as argparse takes them.

What takes seconds to load is imported where a command needs it, so that help comes at once.
"""

from gymlib.report.commands import exchange, films, maintenance, study

COMMANDS = study.COMMANDS | films.COMMANDS | exchange.COMMANDS | maintenance.COMMANDS
"""Name -> the function, whose docstring is the help, and its options."""
