"""``collector sensor``: show, create, change, delete and watch sensors at the agent."""

import argparse
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from types import MappingProxyType

from collector.cli.options import add_config, add_json
from collector.cli.parsing import words
from collector.cli.requesting import Requester, open_requester
from collector.cli.tables import print_json, print_table
from collector.cli.wording import moment_text
from collector.client.answers import read_answer
from collector.publishing.inventory.atlas import Atlas
from collector.wire.fields import MalformedReplyError
from collector.wire.replies import (
    ListedSensor,
    LiveData,
    parse_live_data,
    parse_sensor_created,
    parse_sensor_list,
)
from collector.wire.requests import Rename, SensorChange, SensorState
from collector.wire.topics import Operation

_STATES = MappingProxyType({str(state.name).lower(): state for state in SensorState})


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    made = {name: actions.add_parser(name, help=text) for name, text in _HELP.items()}
    made["create"].add_argument("name", type=words, metavar="NAME", help="the new sensor's name")
    for name in ("rename", "state", "delete", "resume", "watch"):
        made[name].add_argument(
            "sensor", metavar="SENSOR", help="the sensor's id, ours or the agent's"
        )
    made["rename"].add_argument("name", type=words, metavar="NAME", help="the new name")
    made["state"].add_argument("state", choices=sorted(_STATES), help="the new state")
    for each in made.values():
        add_config(each)
        add_json(each)


def run(arguments: argparse.Namespace) -> int:
    """See `collector.cli.CommandModule`."""
    with open_requester(arguments.config) as requester:
        _ACTIONS[arguments.action](requester, arguments)
    return 0


def _list(requester: Requester, arguments: argparse.Namespace) -> None:
    sensors = _listed(requester)
    if arguments.json:
        print_json([asdict(sensor) for sensor in sensors])
        return
    rows = [
        [sensor.sensor_id, sensor.name, _state(sensor), ", ".join(_metric_ids(sensor))]
        for sensor in sensors
    ]
    print_table(["sensor", "name", "state", "metrics"], rows)


def _create(requester: Requester, arguments: argparse.Namespace) -> None:
    reply = requester.request(Operation.CREATE_SENSOR, Rename(arguments.name).payload())
    sensor = read_answer(parse_sensor_created, reply)
    if arguments.json:
        print_json({"sensor_id": sensor, "name": arguments.name})
    else:
        print(f"sensor {sensor} is created, as {arguments.name}")


def _rename(requester: Requester, arguments: argparse.Namespace) -> None:
    _change(requester, arguments, SensorChange(name=arguments.name), {"name": arguments.name})


def _set_state(requester: Requester, arguments: argparse.Namespace) -> None:
    # Section 5.2.3 makes the state optional and the name not, so the name goes along.
    names = {sensor.sensor_id: sensor.name for sensor in _listed(requester)}
    change = SensorChange(names.get(arguments.sensor), _STATES[arguments.state])
    _change(requester, arguments, change, {"state": arguments.state})


def _change(
    requester: Requester,
    arguments: argparse.Namespace,
    change: SensorChange,
    told: Mapping[str, str],
) -> None:
    requester.request(Operation.UPDATE_SENSOR, change.payload(), sensor=arguments.sensor)
    if arguments.json:
        print_json({"sensor_id": arguments.sensor, **told})
    else:
        print(f"sensor {arguments.sensor} is {'called ' if 'name' in told else ''}", end="")
        print(f"{next(iter(told.values()))} now")


def _delete(requester: Requester, arguments: argparse.Namespace) -> None:
    requester.request(Operation.DELETE_SENSOR, sensor=arguments.sensor)
    if arguments.json:
        print_json({"sensor_id": arguments.sensor})
    else:
        print(f"sensor {arguments.sensor} is deleted")


def _resume(requester: Requester, arguments: argparse.Namespace) -> None:
    requester.resume(arguments.sensor)
    if arguments.json:
        print_json({"sensor_id": arguments.sensor})
    else:
        print(f"sensor {arguments.sensor} is made again, and its readings are sent")


def _watch(requester: Requester, arguments: argparse.Namespace) -> None:
    with suppress(KeyboardInterrupt):  # how a watch is meant to end
        for payload in requester.watch(arguments.sensor):
            with suppress(MalformedReplyError):
                data = parse_live_data(payload)
                ours = requester.atlas.sensor_of(arguments.sensor)
                values = {
                    requester.atlas.metric_of(ours, metric): value
                    for metric, value in data.values.items()
                }
                _show(LiveData(values, data.timestamp_ms), arguments)


def _show(data: LiveData, arguments: argparse.Namespace) -> None:
    if arguments.json:
        line = {"sensor_id": arguments.sensor, "timestamp_ms": data.timestamp_ms}
        print(json.dumps({**line, "values": dict(data.values)}), flush=True)
        return
    moment = moment_text(data.timestamp_ms, 1000)
    values = "  ".join(f"{metric}={value}" for metric, value in data.values.items())
    print(f"{moment}  {values}", flush=True)


def _listed(requester: Requester) -> list[ListedSensor]:
    listed = read_answer(parse_sensor_list, requester.request(Operation.LIST_SENSORS))
    return [_under_our_ids(sensor, requester.atlas) for sensor in listed]


def _under_our_ids(sensor: ListedSensor, atlas: Atlas) -> ListedSensor:
    ours = atlas.sensor_of(sensor.sensor_id)
    metrics = [
        replace(each, metric_id=atlas.metric_of(ours, each.metric_id)) for each in sensor.metrics
    ]
    return replace(sensor, sensor_id=ours, metrics=tuple(metrics))


def _metric_ids(sensor: ListedSensor) -> list[str]:
    return [metric.metric_id for metric in sensor.metrics]


def _state(sensor: ListedSensor) -> str:
    return {int(state): name for name, state in _STATES.items()}.get(sensor.state or 0, "")


_HELP: Mapping[str, str] = MappingProxyType(
    {
        "list": "list this client's sensors and their metrics",
        "create": "create a sensor; the agent chooses its id",
        "rename": "change a sensor's name",
        "state": "set a sensor online or offline",
        "delete": "delete a sensor and its metrics",
        "resume": "make a sensor again that was deleted at the agent and is kept",
        "watch": "show the values that the agent accepts, until Ctrl-C",
    }
)

_ACTIONS: Mapping[str, Callable[[Requester, argparse.Namespace], None]] = MappingProxyType(
    {
        "list": _list,
        "create": _create,
        "rename": _rename,
        "state": _set_state,
        "delete": _delete,
        "resume": _resume,
        "watch": _watch,
    }
)
