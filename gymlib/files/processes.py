"""The processes that joblib keeps waiting for its next call."""

from joblib.externals.loky import get_reusable_executor


def release(n_jobs: int) -> None:
    """End the processes of a finished ``joblib.Parallel(n_jobs)`` and give back their memory."""
    if n_jobs > 1:  # with one job joblib starts none
        get_reusable_executor().shutdown()
