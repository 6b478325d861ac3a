"""Start-up reports of C++ libraries, held back unless something fails."""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def held_stderr():
    """Hold back what the process writes to stderr; let it through only if the block fails.

    MediaPipe's and LiteRT's C++ sides report normal start-up as warnings and have no switch.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        original = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            held.seek(0)
            os.write(original, held.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
