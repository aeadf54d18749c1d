"""``collector metric``: create, describe, change and delete metrics at the agent."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType

from collector.cli.options import add_config, add_json
from collector.cli.parsing import words
from collector.cli.requesting import Requester, open_requester
from collector.cli.tables import print_json
from collector.cli.wording import moment_text
from collector.client.answers import read_answer
from collector.errors import UsageError
from collector.wire.replies import (
    MetricDescription,
    parse_metric_description,
    parse_metrics_created,
)
from collector.wire.requests import (
    MetricChange,
    MetricDefinition,
    create_metrics_payload,
    delete_metrics_payload,
    update_metrics_payload,
)
from collector.wire.topics import Operation
from collector.wire.units import ValueType, ValueUnit

_MATCHING_ID = "1"


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    made = {name: actions.add_parser(name, help=text) for name, text in _HELP.items()}
    for each in made.values():
        each.add_argument("sensor", metavar="SENSOR", help="the sensor's id, ours or the agent's")
        add_config(each)
        add_json(each)
    made["create"].add_argument("name", type=words, metavar="NAME", help="the new metric's name")
    made["create"].add_argument("--unit", metavar="UNIT", help="a unit of the agent's API")
    made["create"].add_argument(
        "--type", choices=[str(each) for each in ValueType], help="for a metric without a unit"
    )
    for name in ("describe", "update"):
        made[name].add_argument(
            "metric", metavar="METRIC", help="the metric's id, ours or the agent's"
        )
    made["update"].add_argument("--name", type=words, help="the new name")
    for name in ("create", "update"):
        made[name].add_argument(
            "--annotation", type=words, metavar="TEXT", help="a unit in your own words"
        )
    made["delete"].add_argument(
        "metric", nargs="+", metavar="METRIC", help="ids, ours or the agent's"
    )


def run(arguments: argparse.Namespace) -> int:
    """See `collector.cli.CommandModule`."""
    _check(arguments)
    with open_requester(arguments.config) as requester:
        _ACTIONS[arguments.action](requester, arguments)
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what the agent would refuse, before anybody is asked."""
    if arguments.action == "create":
        _definition(arguments)
    if arguments.action == "update" and arguments.name is None and arguments.annotation is None:
        raise UsageError("there is nothing to change: give --name, --annotation or both")


def _definition(arguments: argparse.Namespace) -> MetricDefinition:
    if arguments.unit is not None:
        if arguments.type is not None or arguments.annotation is not None:
            raise UsageError("a metric has either --unit, or --type and --annotation")
        return MetricDefinition(_MATCHING_ID, arguments.name, value_unit=_unit(arguments.unit))
    if arguments.type is None or arguments.annotation is None:
        raise UsageError("what does the metric hold? give --unit, or --type and --annotation")
    kind = ValueType(arguments.type)
    return MetricDefinition(_MATCHING_ID, arguments.name, None, kind, arguments.annotation)


def _unit(text: str) -> ValueUnit:
    """Return a unit by its name in the API, in full or without the part before the last dot."""
    for unit in ValueUnit:
        if text.lower() in (unit.lower(), unit.rpartition(".")[2].lower()):
            return unit
    short = ", ".join(unit.rpartition(".")[2] for unit in ValueUnit)
    raise UsageError(f"there is no unit {text!r}; there are {short}")


def _create(requester: Requester, arguments: argparse.Namespace) -> None:
    body = create_metrics_payload([_definition(arguments)])
    reply = requester.request(Operation.CREATE_METRICS, body, sensor=arguments.sensor)
    metric = next(iter(read_answer(parse_metrics_created, reply).values()), "")
    if arguments.json:
        print_json({"metric_id": metric, "sensor_id": arguments.sensor, "name": arguments.name})
    else:
        print(f"metric {metric} is created, as {arguments.name}")


def _describe(requester: Requester, arguments: argparse.Namespace) -> None:
    reply = requester.request(
        Operation.DESCRIBE_METRIC, sensor=arguments.sensor, metric=arguments.metric
    )
    metric = read_answer(parse_metric_description, reply)
    if arguments.json:
        print_json(asdict(metric))
        return
    for title, text in _description(metric).items():
        print(f"{title:<11}{text}")


def _description(metric: MetricDescription) -> dict[str, object]:
    updated = metric.last_updated_us
    rows = {
        "metric": metric.metric_id,
        "name": metric.name,
        "value": metric.value,
        "updated": None if updated is None else moment_text(updated, 1_000_000),
        "unit": metric.value_unit,
        "type": metric.value_type,
        "annotation": metric.value_annotation,
    }
    return {title: text for title, text in rows.items() if text is not None}


def _update(requester: Requester, arguments: argparse.Namespace) -> None:
    metric = requester.atlas.agent_metric(arguments.sensor, arguments.metric)
    change = MetricChange(metric, arguments.name, arguments.annotation)
    body = update_metrics_payload([change])
    requester.request(Operation.UPDATE_METRICS, body, sensor=arguments.sensor)
    if arguments.json:
        print_json({"metric_id": arguments.metric, "sensor_id": arguments.sensor})
    else:
        print(f"metric {arguments.metric} is changed")


def _delete(requester: Requester, arguments: argparse.Namespace) -> None:
    atlas = requester.atlas
    metrics = [atlas.agent_metric(arguments.sensor, metric) for metric in arguments.metric]
    body = delete_metrics_payload(metrics)
    requester.request(Operation.DELETE_METRICS, body, sensor=arguments.sensor)
    if arguments.json:
        print_json({"metric_ids": arguments.metric, "sensor_id": arguments.sensor})
    else:
        print(f"deleted: {', '.join(arguments.metric)}")


_HELP: Mapping[str, str] = MappingProxyType(
    {
        "create": "create a metric; the agent chooses its id",
        "describe": "show what the agent knows of a metric",
        "update": "change a metric's name or annotation",
        "delete": "delete metrics",
    }
)

_ACTIONS: Mapping[str, Callable[[Requester, argparse.Namespace], None]] = MappingProxyType(
    {"create": _create, "describe": _describe, "update": _update, "delete": _delete}
)
