"""The commands ``data``, ``reproduce``, ``report`` and ``models``."""

from gymlib.report.commands.options import CLUSTER, DATASET, LOCAL, PROFILE, dataset, option, tell


def data(options) -> None:
    """Make or download the data set, and check its annotations as a whole."""
    from gymlib.annotation import reading
    from gymlib.thesis import datasets

    own = dataset(options)
    tell(datasets.make(own, options.source, options.clips))
    people = own.annotators
    if people:
        reading.read(own)  # every fault now, before anything long runs
    frames = own.clips["frames"].sum()
    print(f"{own.name}: {len(own.clips)} clips, {frames} frames, {len(people)} annotators")


def reproduce(options) -> None:
    """Run all notebooks and render the report."""
    _report(options, fresh=True)


def report(options) -> None:
    """Bring the report up to date."""
    _report(options, fresh=False)


def models(options) -> None:
    """Train and test every architecture with whole videos left out, then bring the report up to
    date. Finished ones stay."""
    from gymlib.prediction import comparison

    own = dataset(options)
    comparison.run(own, options.models, options.profile, cluster=options.cluster)
    _report(options, fresh=False)


def _report(options, fresh: bool) -> None:
    from gymlib.report import front, numbers, whole

    data(options)
    own = dataset(options)
    page = whole.make(
        own, options.profile, fresh=fresh, cluster=options.cluster, seeds=options.seeds
    )
    quick = numbers.is_quick(own)
    if numbers.judged([own], quick=quick):
        table = numbers.compared(own).to_string(float_format="%.1f", na_rep="-")
        print(f"\n{own.name}, in %:\n{table}")
    if quick:
        print(front.QUICK)
    print(f"The report: {page}")


_SEEDS = (
    "how often the protocol runs, with other folds, weights and order; without it as often as the "
    "last time"
)
_MODELS = "architectures, all known ones if none is named"
_DATA = DATASET | PROFILE | LOCAL | {"--clips": option("clips of the data set skeletons", type=int)}
_REPORT = _DATA | CLUSTER | {"--seeds": option(_SEEDS, type=int)}
COMMANDS = {
    "data": (data, _DATA),
    "reproduce": (reproduce, _REPORT),
    "report": (report, _REPORT),
    "models": (models, _REPORT | {"--models": option(_MODELS, nargs="+", metavar="NAME")}),
}
