"""What each type of transform costs for each value; prints figures and ratios.

Run by hand::

    python tests/benchmarks/bench_transforms.py [--values 50]

Each row sends one reading of so many doubles through a pipeline with one transform of all of them
(a formula of one), and subtracts what a pipeline without any costs. Beside it is a bare loop that
does the same to the values of a dictionary, in the same round. The last rows are the way from the
intake to the gate, without transforms and with them.
"""

import argparse
import random
import timeit

from collector.clock import Deadline, Instant, SystemClock
from collector.ledger import Ledger
from collector.plugin.source import Metric, Reading, Source
from collector.sampling.engine import Sampling
from collector.sampling.plan import SourcePlan
from collector.transforms.kinds import KINDS
from collector.transforms.pipeline import Pipeline
from collector.transforms.step import Stamp

NUMBER = 2000
REPEATS = 7


def made(table):
    return KINDS[table["type"]].settings.model_validate(table)


def best_us(run):
    return 1e6 * min(timeit.repeat(run, number=NUMBER, repeat=REPEATS)) / NUMBER


def of_a_pipeline(tables, readings):
    pipeline = Pipeline([made(table) for table in tables])
    pipeline.follow(Metric(id=name) for name in readings[0])
    clock = iter(range(10**9))
    turn = iter(readings * 10**6)

    def run():
        pipeline.take(dict(next(turn)), Stamp(Instant("b", next(clock)), 0))
        pipeline.tally.clear()

    return best_us(run)


def bare_scale(values):
    for name, value in values.items():
        values[name] = value * 2.5


def bare_deadband(last):
    def run(values):
        for name in [*values]:
            if abs(values[name] - last.setdefault(name, -9.0)) > 1.0:
                last[name] = values[name]
            else:
                del values[name]

    return run


def bare_formula(values):
    values["x"] = (values["m0"] + values["m1"]) / 1000 if values["m0"] > 1 else 0.0


def of_a_loop(change, readings):
    turn = iter(readings * 10**6)
    return best_us(lambda: change(dict(next(turn))))


class Given(Source):
    """Declares these metrics, and is never read."""

    def __init__(self, names):
        self._metrics = [Metric(id=name) for name in names]

    @property
    def metrics(self):
        return self._metrics

    def read(self, group, deadline):
        return ()


def of_the_way(tables, values):
    """Return microseconds from the intake to the outlet, for one reading."""
    plan = SourcePlan(
        name="s",
        plugin="given",
        package="",
        sensor="s",
        source=Given(values),
        interval_s=1.0,
        transforms=[made(table) for table in tables],
    )
    sampling = Sampling(
        [plan],
        clock=SystemClock(),
        ledger=Ledger(),
        accept=lambda _: None,
        on_sensor_state=lambda *_: None,
        on_metrics=lambda *_: None,
        random=random.Random(1),
    )
    [bench] = sampling._benches
    bench.intake.learn()
    reading, end = Reading(values=values), bench.clock.now()
    took_us = best_us(lambda: bench.put(bench.intake.take(reading, end)))
    sampling.stop(Deadline.after(SystemClock(), 1))
    return took_us


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--values", type=int, default=50)
    count = parser.parse_args().values
    names = [f"m{number}" for number in range(count)]
    generator = random.Random(1)
    same = [{name: 20.0 + generator.random() / 2 for name in names} for _ in range(10)]
    rows = [
        ("scale", {"type": "scale", "metric": "*", "factor": 2.5}, bare_scale, count),
        (
            "deadband, nothing leaves",
            {"type": "deadband", "metric": "*", "absolute": 1},
            bare_deadband({}),
            count,
        ),
        (
            "deadband, with periods",
            {
                "type": "deadband",
                "metric": "*",
                "absolute": 1,
                "min_period": "1s",
                "max_period": "1h",
            },
            bare_deadband({}),
            count,
        ),
        (
            "formula of two metrics",
            {
                "type": "compute",
                "metric": "x",
                "expression": "(m0 + m1) / 1000 if m0 > 1 else 0",
            },
            bare_formula,
            1,
        ),
        ("range", {"type": "range", "metric": "*", "minimum": 0, "maximum": 99}, None, count),
        ("window, four figures", {
            "type": "window", "metric": "*", "period": "1min",
            "figures": ["min", "max", "mean", "count"],
        }, None, count),
    ]  # fmt: skip
    nothing_us = of_a_pipeline([], same)
    no_loop_us = of_a_loop(lambda values: values, same)
    print(f"{'each value, us':28} {'ours':>8} {'bare':>8} {'ratio':>6}")
    for title, table, change, each in rows:
        ours_us = (of_a_pipeline([table], same) - nothing_us) / each
        if change is None:
            print(f"{title:28} {ours_us:8.3f}")
            continue
        bare_us = (of_a_loop(change, same) - no_loop_us) / each
        print(f"{title:28} {ours_us:8.3f} {bare_us:8.3f} {ours_us / bare_us:6.1f}")
    without_us = of_the_way([], same[0])
    print(f"\n{f'a reading of {count}, us':28} {'takes':>8} {'ratio':>6}")
    print(f"{'without transforms':28} {without_us:8.2f} {1:6.2f}")
    scale = {"type": "scale", "metric": "m0", "factor": 2.5}
    for title, tables in (
        ("one scaled metric", [scale]),
        ("all scaled", [{**scale, "metric": "*"}]),
        ("all in a deadband", [rows[1][1]]),
    ):
        took_us = of_the_way(tables, same[0])
        print(f"{title:28} {took_us:8.2f} {took_us / without_us:6.2f}")


if __name__ == "__main__":
    main()
