"""What anybody would write first: read each unit in turn, publish each read as one message.

No ticks on a grid, no buffer, no confirmation by the agent, no status: the baseline of
`bench_modbus.py`, which starts it.
"""

import argparse
import json
import ssl
import time
from pathlib import Path

from modbus_device import HOST, REGISTERS, VALUES
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from pymodbus.client import ModbusTcpClient

METRICS = tuple(f"m{number:02}" for number in range(VALUES))


def connected_client(agent: Path, port: int) -> Client:
    """Return a client that is connected over mutual TLS and has a thread of its own."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.tls_set(
        str(agent / "ca.crt"),
        str(agent / "client.crt"),
        str(agent / "client.key"),
        tls_version=ssl.PROTOCOL_TLS_CLIENT,
    )
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


def payload(values: list[float]) -> str:
    """Return the same message that the collector sends."""
    metrics = [
        {"value": value, "metricId": metric} for metric, value in zip(METRICS, values, strict=True)
    ]
    return json.dumps(
        {"metrics": metrics, "timestamp": time.time_ns() // 1_000_000}, separators=(",", ":")
    )


def run(client: Client, topics: list[str], ports: list[int], interval_s: float) -> None:
    """Read and publish for ever; the units are numbered as the topics, from 1 on."""
    lines = [ModbusTcpClient(HOST, port=port) for port in ports]
    for line in lines:
        line.connect()
    due_s = time.monotonic()
    while True:
        for unit, topic in enumerate(topics, start=1):
            line = lines[unit % len(lines)]
            answer = line.read_holding_registers(0, count=REGISTERS, device_id=unit)
            values = line.convert_from_registers(answer.registers, line.DATATYPE.FLOAT32)
            client.publish(topic, payload(values), qos=1)
        due_s = max(due_s + interval_s, time.monotonic() - interval_s)
        time.sleep(max(0.0, due_s - time.monotonic()))


def main() -> None:
    """Run until somebody ends it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--agent", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--topic", nargs="+", required=True)
    parser.add_argument("--device", type=int, nargs="+", required=True)
    parser.add_argument("--interval", type=float, required=True)
    arguments = parser.parse_args()
    client = connected_client(arguments.agent, arguments.port)
    run(client, arguments.topic, arguments.device, arguments.interval)


if __name__ == "__main__":
    main()
