"""Every recorded or computed stream of the hardware facts, through the real source over a pty.

The facts lie beside the project and are no part of it; without them nothing is tested here. What
each format is held against in any case stands in the tests of its decoder.
"""

import json
from pathlib import Path

import pytest

from collector import Deadline, SourceUnavailableError
from collector.clock import SystemClock

VECTORS = Path(__file__).parents[4] / "shared" / "hardware" / "serial_vectors.json"

FORMATS = {
    "nmea0183": {"format": "nmea"},
    "dsmr-p1": {"format": "dsmr"},
    "iec62056-21": {"format": "iec62056-21"},
    "sml": {"format": "sml"},
    "m-bus": {"format": "mbus", "response_timeout": "700ms", "retries": 0},
    "sds01x": {"format": "sds011"},
    "mhz19b": {"format": "mh-z19"},
    "pmsx003": {"format": "pms5003"},
    "sps30": {"format": "sps30"},
    "scale-kern": {"format": "kern"},
    "mt-sics": {"format": "mt-sics"},
    "sartorius-sbi": {"format": "sbi"},
    "dmm-es51922": {"format": "es51922", "dtr": None, "rts": None},
    "text-regex": {"format": "xy-md02"},
    "csv-lines": {"format": "csv"},
    "scpi": {"format": "scpi"},
    "modbus-rtu-sniff": {"format": "modbus-sniff"},
}
BEGIN_IN_THE_MIDDLE = {"nmea0183", "csv-lines", "dsmr-p1", "sml", "sds01x", "pmsx003"}
PTY = {"parity": "N", "bytesize": 8, "stopbits": 1}  # a pty has no other
ANNOTATIONS = {"m3": "m³", "m3/h": "m³/h", "µg/m3": "µg/m³"}


def vectors():
    if not VECTORS.exists():
        reason = "the hardware facts are not beside the project"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason), id="vectors")]
    found = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return [pytest.param(vector, id=vector["id"]) for vector in found]


@pytest.mark.parametrize("vector", vectors())
def test_stream_is_read_as_the_facts_say(vector, make, listen, device):
    settings = {**FORMATS[vector["format"]], **PTY, **extra_settings(vector)}
    is_asked = vector["request"] and vector["format"] != "pmsx003"

    values, metrics, tally = (asked if is_asked else heard)(vector, settings, make, listen, device)

    for expected in vector["expected"]:
        check(vector, expected, values, metrics)
    if not vector["expected"] and vector["format"] != "modbus-rtu-sniff":
        assert [] == [reading for reading in values if reading]
    if counts_as_the_facts_do(vector):
        assert vector["frames_rejected"] == tally.damaged + tally.without_value


def counts_as_the_facts_do(vector):
    """The facts count the rest of a line as a rejected frame; here it is skipped."""
    begins_with_a_rest = {"nmea-mtk3339-a", "csv-arduino"}
    return vector["frames_rejected"] is not None and vector["id"] not in begins_with_a_rest


def extra_settings(vector):
    stream = bytes.fromhex(vector["stream_hex"])
    if vector["format"] == "m-bus":
        return {"address": stream[5]}
    if vector["id"] == "dsmr-v3":
        return {"format": "dsmr-v3"}
    if vector["format"] == "csv-lines":
        units = {"temp": "°C", "hum": "%RH", "pres": "hPa"}
        fields = [{"metric": metric, "unit": unit} for metric, unit in units.items()]
        return {"columns": vector["columns"], "field": fields}
    if vector["format"] == "scpi":
        return scpi_settings(vector)
    if vector["format"] == "modbus-rtu-sniff":
        return {"field": sniffed_fields(vector)}
    return {}


def scpi_settings(vector):
    send = bytes.fromhex(vector["request"]).decode()
    if send.startswith("*IDN"):
        field = {"metric": "idn", "type": "string"}
    else:
        field = {"metric": "voltage", "unit": "V"}
    return {"request": [{"send": send, "metric": field["metric"]}], "field": [field]}


def sniffed_fields(vector):
    """Every register that was read, as a number of 16 bits."""
    places = {
        (found["unit"], found["function"], found["address"] + step)
        for found in vector["transactions"]
        for step in range(len(found["words"]))
    }
    return [
        {
            "metric": f"u{unit}_f{function}_r{address}",
            "unit_id": unit,
            "function": function,
            "address": address,
            "format": "uint16",
        }
        for unit, function, address in sorted(places)
    ]


def heard(vector, settings, make, listen, device):
    listening = listen(**settings)
    if vector["format"] not in BEGIN_IN_THE_MIDDLE:
        device.send(b"\r\n" if vector["format"] != "modbus-rtu-sniff" else b"\x00\xfe")
    device.send(bytes.fromhex(vector["stream_hex"]))
    tally = listening.source._connection.tally
    sniffs = vector["format"] == "modbus-rtu-sniff"
    good = sum(map(len, vector["timed_frames"])) // 2 if sniffs else vector["frames_good"]
    assert listening.wait_until(lambda: tally.frames >= good)
    if counts_as_the_facts_do(vector):
        bad = vector["frames_rejected"]
        assert listening.wait_until(lambda: tally.damaged + tally.without_value >= bad)
    headers = 1 if vector["format"] == "csv-lines" else 0
    assert good + headers == tally.frames
    readings = [dict(reading.values) for reading in listening.readings]
    if sniffs:
        assert answered(vector) == readings
    return readings, {metric.id: metric for metric in listening.source.metrics}, tally


def answered(vector):
    return [
        {
            f"u{found['unit']}_f{found['function']}_r{found['address'] + step}": word
            for step, word in enumerate(found["words"])
        }
        for found in vector["transactions"]
    ]


def asked(vector, settings, make, listen, device):
    source = make(**settings)
    source.open()
    device.answer(lambda request: answer(vector, request))
    tally = source._connection.tally
    try:
        readings = list(source.read("", Deadline.after(SystemClock(), 10.0)))
    except SourceUnavailableError:
        assert vector["frames_good"] == 0
        readings = []
    return [dict(reading.values) for reading in readings], {m.id: m for m in source.metrics}, tally


def answer(vector, request):
    stream = bytes.fromhex(vector["stream_hex"])
    if vector["format"] == "iec62056-21":
        greeting, rest = stream.split(b"\r\n", 1)
        return {b"/?!\r\n": greeting + b"\r\n", b"\x06050\r\n": rest}[request]
    return stream


def check(vector, expected, readings, metrics):
    metric, value = translated(vector, expected)
    found = [reading[metric] for reading in readings if metric in reading]
    if "frame" in expected:
        found = [readings[expected["frame"]][metric]]
    assert found, f"{metric} was not read"
    if isinstance(value, float | int) and not isinstance(value, bool):
        tolerance = max(expected.get("tol") or 0, 1e-9) * (expected.get("to_valueUnit") or 1)
        assert value == pytest.approx(found[-1], abs=tolerance, rel=1e-9)
    else:
        assert value == found[-1]
    unit = expected.get("valueUnit") if metric == expected["metric"] else None
    if unit:
        assert unit == metrics[metric].unit


def translated(vector, expected):
    """Return the metric as it is called here, and its value in the unit that it is given in."""
    metric, value = expected["metric"], expected["value"]
    if expected.get("valueUnit"):
        value = value * expected["to_valueUnit"]
    if vector["id"] == "kern-0pcs" and metric == "weight":
        return "pieces", value  # counted pieces are no weight
    if vector["id"] == "kern-635_8ct" and metric == "weight":
        return metric, value * 2e-4  # a carat is a unit of weight like any other
    if vector["format"] == "csv-lines" and metric == "pres":
        return metric, value * 100  # hectopascals become pascals
    if vector["format"] == "dmm-es51922":
        return {"V": "voltage", "ohm": "resistance"}[expected["unit"]], value
    return metric, value
