"""The README says what the code does."""

import importlib
import pkgutil
import re
from importlib import resources
from typing import get_args

import collector_system.groups
from collector import Deadline, SourceContext
from collector.testkit.clock import FakeClock
from collector_system.plugin import collector_source_kinds
from collector_system.settings import GroupName, SystemSettings
from collector_system.table import Table

README = resources.files("collector_system").joinpath("README.md").read_text("utf-8")
_ROW = re.compile(r"\| `([^`]+)` \| (\w+) \| ([^|]*) \| [^|]+ \|")


def documented():
    """Return type and unit by id, with ``{}`` for the part that names a thing."""
    return {
        re.sub(r"<\w+>", "{}", name): (type_, unit.strip().strip("`"))
        for name, type_, unit in _ROW.findall(README)
    }


def tables():
    return [
        value
        for module in pkgutil.iter_modules(collector_system.groups.__path__)
        for value in vars(
            importlib.import_module(f"collector_system.groups.{module.name}")
        ).values()
        if isinstance(value, Table)
    ]


def tabled():
    return {
        row.id: (str(row.quantity.type), str(row.quantity.unit or row.quantity.annotation or "-"))
        for table in tables()
        for row in table.rows
    }


def test_the_table_of_metrics_is_that_of_the_code():
    assert documented() == tabled()


def test_people_can_tell_all_metrics_apart():
    rows = {row.id: row.name for table in tables() for row in table.rows}

    assert len(rows) == len(set(rows.values()))


def test_no_id_is_longer_than_the_contract_allows():
    for table in tables():
        for metric in table.metrics("a-very-long-name-of-something-or-other"):
            assert len(metric.id) <= 32


def test_metrics_of_a_whole_machine_are_as_documented():
    context = SourceContext("machine", "gateway", 10.0, FakeClock())
    [kind] = collector_source_kinds()
    everything = SystemSettings(groups=list(get_args(GroupName)), processes=["sshd"], per_core=True)
    simulator = kind.simulate(everything, context)
    source = kind.create(simulator.start(), context)
    source.open()
    context.clock.advance(10.0)
    simulator.update()
    list(source.read("", Deadline.after(context.clock, 10.0)))

    patterns = {
        re.compile(re.escape(name).replace(r"\{\}", ".+")): meaning
        for name, meaning in documented().items()
    }
    for metric in source.metrics:
        meanings = [told for pattern, told in patterns.items() if pattern.fullmatch(metric.id)]
        assert (str(metric.type), str(metric.unit or metric.annotation or "-")) in meanings, metric
    source.close()
    simulator.stop()
