"""What it costs to turn the registers of a Modbus answer into values, against a bare unpacking.

Run by hand::

    python tests/benchmarks/bench_modbus_decode.py [--reads 20000] [--rounds 5]

The bare unpacking is one ``struct`` format and a dictionary of what comes out, without codes of no
value, scales, or a look at NaN. Times are those of the best round: other work only ever adds.
"""

import argparse
import struct
import timeit
from collections.abc import Callable

import rig

from collector_modbus.decoding.group import GroupDecoder
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

CODES = InvalidCodes(uint16=[0xFFFF], int16=[0x7FFF], uint32=[0xFFFFFFFF], int32=[0x7FFFFFFF])
FORMATS = {"uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "float32": "f"}
SCALES = (0.1, 0.01, 3600.0)


def floats() -> tuple[list[PointSettings], bytes]:
    """Return 50 plain float32, and registers for them."""
    points = [_point(2 * number, number, "float32") for number in range(50)]
    return points, struct.pack(">50f", *(230.0 + number for number in range(50)))


def integers() -> tuple[list[PointSettings], bytes]:
    """Return 30 scaled integers of four types, all with codes of no value, and their registers."""
    names = [("uint16", "int16", "uint32", "int32")[number % 4] for number in range(30)]
    points, address = [], 0
    for number, name in enumerate(names):
        points.append(_point(address, number, name, scale=SCALES[number % 3]))
        address += points[-1].format.registers
    return points, struct.pack(_format(points), *range(1000, 1030))


def _point(address: int, number: int, name: str, **keys: float) -> PointSettings:
    return PointSettings.model_validate(
        {"metric": f"m{number}", "address": address, "type": name, **keys}
    )


def _format(points: list[PointSettings]) -> str:
    return ">" + "".join(FORMATS[point.type_name] for point in points)


def best_us(work: Callable[[], object], reads: int, rounds: int) -> float:
    """Return what one call takes in the best of several rounds, in microseconds."""
    return min(timeit.repeat(work, number=reads, repeat=rounds)) / reads * 1e6


def measured(
    points: list[PointSettings], data: bytes, reads: int, rounds: int
) -> tuple[float, float]:
    """Return what decoding and bare unpacking of one block take, in microseconds."""
    decoder = GroupDecoder(points, CODES, [Block(Table.HOLDING, Span(0, len(data) // 2))])
    bare = struct.Struct(_format(points)).unpack
    names = [point.metric for point in points]
    return (
        best_us(lambda: decoder.decode([data]), reads, rounds),
        best_us(lambda: dict(zip(names, bare(data), strict=True)), reads, rounds),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reads", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rows = []
    blocks = {"50 float32": floats(), "30 scaled integers with codes": integers()}
    for name, (points, data) in blocks.items():
        us, bare_us = measured(points, data, arguments.reads, arguments.rounds)
        figures = (f"{us:.1f}", f"{us / len(points):.2f}", f"{bare_us:.1f}", f"{us / bare_us:.1f}")
        rows.append((name, *figures))
    rig.show(("block", "us", "us/value", "bare, us", "ratio"), rows)


if __name__ == "__main__":
    main()
