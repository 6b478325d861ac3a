"""What maintainers do now and then: measure, fit, train, draw and publish; without options."""

from gymlib.dataset import Dataset


def publish(options) -> None:
    """For maintainers: copy what the last full runs gave to report/, README.md and figures/."""
    from gymlib.report import whole

    print("Changed:", *whole.publish(options.home), sep="\n  ")


def guide(options) -> None:
    """Draw the pictures of the annotation guide from the full simulated data set."""
    from gymlib.report import guide as pages

    made = pages.make(Dataset("simulated", options.home))
    print(f"Drawn: {', '.join(file.name for file in made)}")


def noise(options) -> None:
    """For maintainers: learn from the simulated videos how BlazePose errs, for the data set
    skeletons."""
    from gymlib.simulation.noise import fit

    print(f"Written: {fit.refit(Dataset('simulated', options.home))}")


def calibrate(options) -> None:
    """For maintainers: fit the tracker's confidence to the simulated videos."""
    from gymlib.pose import calibration

    print(f"Written: {calibration.refit(Dataset('simulated', options.home))}")


def bench(options) -> None:
    """Measure speed and memory; write build/bench.csv."""
    from gymlib.report import bench as benchmark

    print(benchmark.run(options.home).to_string(index=False, float_format="%.3g"))


def pretrained(options) -> None:
    """For maintainers: train the weights of the package on the data set skeletons."""
    from gymlib.prediction import pretrained as shipped

    card = shipped.make(options.home)
    print(f"Written: {shipped.FOLDER}, taught by {card['clips']} clips, {card['frames']:,} frames")


_ALL = (bench, guide, noise, calibrate, pretrained, publish)
COMMANDS = {command.__name__: (command, {}) for command in _ALL}
