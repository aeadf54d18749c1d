"""Checks of what a kind declares, for which no device is needed."""

import pickle
import re
from collections.abc import Iterable, Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from collector import __version__
from collector.errors import CollectorError
from collector.plugin.compatibility import (
    DISTRIBUTION,
    made_for,
    next_breaking,
    right_bounds,
)
from collector.plugin.declared import WORDS, repeated, text_fault
from collector.plugin.resources import Resources
from collector.plugin.source import Metric, Source
from collector.testkit.contract.check import BrokenPromiseError, LeftOutError, require
from collector.testkit.contract.leaks import Held
from collector.testkit.contract.subject import Subject
from collector.wire.ids import is_metric_id
from collector.wire.units import ValueType, ValueUnit

_NAME = re.compile("[a-z0-9][a-z0-9-]*")


def the_name_can_be_written(subject: Subject) -> None:
    """The kind's name is lower-case letters, digits and dashes."""
    name = subject.kind.name
    require(_NAME.fullmatch(name), f"the kind is called {name!r}: use a-z, 0-9 and '-'")


def the_package_says_what_it_was_made_for(subject: Subject) -> None:
    """The package says in its dependencies which collector it is made for."""
    if subject.plugin.distribution == DISTRIBUTION:
        raise LeftOutError("it comes with the collector")
    versions = made_for(subject.requirements)
    right = f'write "{right_bounds(__version__)}" into dependencies in pyproject.toml'
    require(versions, f"it names no version of {DISTRIBUTION}: {right}")
    is_open = versions.contains(next_breaking(__version__), prereleases=True)
    require(not is_open, f"it takes {next_breaking(__version__)} too, which may break it: {right}")


def settings_are_described(subject: Subject) -> None:
    """Every setting has a description, which editors show."""
    bare = [name for name, info in _fields(subject.kind.settings) if not info.description]
    require(not bare, f"no description of {', '.join(bare)}: put a string below the field")


def the_example_is_accepted(subject: Subject) -> None:
    """The example is a configuration with a source of this kind that passes every check."""
    require(subject.kind.example, "SourceKind.example is empty: give it a commented [[source]]")
    try:
        subject.source  # noqa: B018 - loads it
    except CollectorError as error:
        raise BrokenPromiseError(f"the example is refused: {error}") from error


def the_example_shows_every_setting(subject: Subject) -> None:
    """The example shows every setting, those with a default commented out."""
    keys = [info.alias or name for name, info in subject.kind.settings.model_fields.items()]
    missing = [key for key in keys if not _is_shown(key, subject.kind.example)]
    wanted = "write '# key = its default' at the start of a line"
    require(not missing, f"the example does not show {', '.join(missing)}: {wanted}")


def settings_can_be_sent_to_a_process(subject: Subject) -> None:
    """Settings survive pickle, by which they reach a process."""
    settings = _loaded(subject).source.settings
    try:
        returned = pickle.loads(pickle.dumps(settings))  # noqa: S301 - our own bytes
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise BrokenPromiseError(
            f"its settings cannot be pickled: {error}; keep them data"
        ) from error
    require(returned == settings, "its settings come back from pickle as others: keep them data")


def making_does_no_io(subject: Subject) -> None:
    """Making a source opens no file and starts no thread: that is for open()."""
    _made(subject)  # what it imports may stay
    before = Held.now()
    made = _made(subject)
    left = before.left(subject.clock)
    del made  # until here, or what it holds would be gone with it
    require(not left, f"create() leaves {', '.join(left)}: do it in open()")


def metrics_are_well_formed(subject: Subject) -> None:
    """Metrics have ids of the contract, each once, and a unit or a type."""
    source = _made(subject)
    given: object = source.metrics
    if not isinstance(given, Iterable):
        raise BrokenPromiseError(f"metrics is a {type(given).__name__}: give a sequence of Metric")
    metrics = list(source.metrics)
    strange = [each for each in metrics if type(each) is not Metric]
    require(not strange, f"metrics holds {strange}: give Metric(...)")
    require(metrics or source.may_learn_metrics, "it declares no metrics and cannot learn of any")
    twice = repeated(metrics)
    require(not twice, f"several metrics are called {', '.join(twice)}: each needs its own id")
    faults = [fault for metric in metrics for fault in faults_of(metric)]
    require(not faults, "; ".join(faults))


def groups_are_well_formed(subject: Subject) -> None:
    """Groups have a name each, and intervals above 0."""
    groups = list(_made(subject).groups)
    names = [group.name for group in groups]
    require(names, "groups is empty: give one Group() at least")
    require(len(names) == len(set(names)), f"groups are called {names}: each needs its own name")
    still = [each.name for each in groups if each.interval_s is not None and each.interval_s <= 0]
    require(not still, f"the interval of group {', '.join(map(repr, still))} is not above 0")


def the_link_is_steady(subject: Subject) -> None:
    """Two sources with equal settings name the same link."""
    first, second = _made(subject).link, _made(subject).link
    require(type(first) is str, f"link is a {type(first).__name__}: give a str")
    require(
        first == second, f"link is {first!r} and then {second!r}: make it of the settings alone"
    )


def what_it_opens_is_told_without_io(subject: Subject) -> None:
    """``resources`` gives a Resources, or None, before it is open."""
    opens: object = _made(subject).resources
    require(
        opens is None or isinstance(opens, Resources),
        f"resources is a {type(opens).__name__}: give Resources(...), or None",
    )


def closing_what_was_not_opened_does_nothing(subject: Subject) -> None:
    """close() may be called before open()."""
    _made(subject).close()


def faults_of(metric: Metric) -> Iterator[str]:
    """Yield what is wrong with the declaration of a metric."""
    if not is_metric_id(metric.id):
        yield f"{metric.id!r} is no id: use 1 to 32 letters, digits, spaces, '_' or '-'"
    if metric.unit is not None and not isinstance(metric.unit, ValueUnit):
        yield f"the unit of {metric.id!r} is {metric.unit!r}: use a ValueUnit, or the annotation"
    if not isinstance(metric.type, ValueType):
        yield f"the type of {metric.id!r} is {metric.type!r}: use a ValueType"
    if metric.unit is not None and metric.type is not ValueType.DOUBLE:
        yield f"{metric.id!r} has a unit, so its values are doubles and not {metric.type}"
    for words in WORDS:
        if fault := text_fault(metric, words):
            yield f"{metric.id!r}: its {fault}"


def _loaded(subject: Subject) -> Subject:
    try:
        subject.source  # noqa: B018 - loads it
    except CollectorError as error:
        raise LeftOutError("its example is refused") from error
    return subject


def _made(subject: Subject) -> Source:
    return _loaded(subject).make()


def _is_shown(key: str, example: str) -> bool:
    line = rf"^(# )?(\[\[?source\.)?{re.escape(key)}( *= |\])"
    return re.search(line, example, re.MULTILINE) is not None


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    yield from model.model_fields.items()
