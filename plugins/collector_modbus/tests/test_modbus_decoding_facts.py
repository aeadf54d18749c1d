"""Every vector of the hardware facts, where their file lies beside the project."""

import json
from pathlib import Path

import pytest

from collector_modbus.decoding.group import GroupDecoder
from collector_modbus.decoding.missing import Missing
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

FACTS = Path(__file__).parents[3].parent / "shared" / "hardware" / "modbus_profiles.json"

SUNSPEC = {  # the codes of the SunSpec information models, which the file tells in words
    "uint16": ["ffff"],
    "int16": ["8000"],
    "uint32": ["ffffffff"],
    "int32": ["80000000"],
}


def facts() -> list[object]:
    if not FACTS.exists():
        return [pytest.param({}, {}, marks=pytest.mark.skip("no file of facts beside the project"))]
    profiles = json.loads(FACTS.read_text("utf-8"))["profiles"]
    return [
        pytest.param(profile, vector, id=vector["id"])
        for profile in profiles
        for vector in profile["vectors"]
        if "expected" in vector
    ]


def runs_of(vector: dict) -> dict[int, str]:
    if vector["transport"] == "registers":
        return {
            block["address"]: "".join(f"{word:04x}" for word in block["words"])
            for block in vector["blocks"]
        }
    start = 8 if vector["transport"] == "tcp" else 2
    address = int.from_bytes(bytes.fromhex(vector["request"])[start : start + 2], "big")
    answer = bytes.fromhex(vector["response"])[start:]
    return {address: answer[1 : 1 + answer[0]].hex()}


def codes_of(profile: dict) -> InvalidCodes:
    told = SUNSPEC if "sunspec" in profile["id"] else profile.get("invalid_values", {})
    return InvalidCodes.model_validate(
        {type_name: [int(code, 16) for code in codes] for type_name, codes in told.items()}
    )


def points_of(profile: dict) -> list[PointSettings]:
    return [
        PointSettings.model_validate(
            {
                "metric": row["name"],
                "register": profile["table"],
                "address": row["address"],
                "type": row["type"],
                "scale": float(row["scale"]),
                "word_order": row.get("word_order", "big"),
                **({"count": row["count"]} if row["type"] == "string" else {}),
                **({"scale_register": row["scale_register"]} if "scale_register" in row else {}),
            }
        )
        for row in profile["registers"]
    ]


@pytest.mark.parametrize(("profile", "vector"), facts())
def test_every_vector_of_the_facts_beside_the_project(profile, vector):
    runs = {address: bytes.fromhex(run) for address, run in runs_of(vector).items()}
    blocks = [
        Block(Table(profile["table"]), Span(address, len(run) // 2))
        for address, run in runs.items()
    ]

    decoder = GroupDecoder(points_of(profile), codes_of(profile), blocks)
    found = decoder.decode(list(runs.values()))

    for expected in vector["expected"]:
        if expected["value"] in (None, ""):
            assert Missing.INVALID == found.missing[expected["register"]]
        elif isinstance(expected["value"], str):
            assert expected["value"] == found.values[expected["register"]]
        else:
            wanted = pytest.approx(expected["value"], rel=5e-9)
            assert wanted == found.values[expected["register"]], expected["register"]
