"""Whatever lies in small files of the state directory is read, or told in a line, or nothing."""

import json
import shutil

import pytest
from fuzz.mutations import WHOLE_RUN, fuzzed
from hypothesis import strategies as st

from collector.client.identity import Enrolled, IdentityDirectory
from collector.errors import IdentityError
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.supply.clock_trust import time_text

RECORD = {
    "key_file": "aa11-6f0c2d31.key",
    "certificate_file": "aa11-6f0c2d31.crt",
    "ca_file": "aa11-6f0c2d31.ca.crt",
    "client_id": "aa11",
    "client_name": "gateway-07",
    "not_before_ms": 1_700_000_000_000,
    "not_after_ms": 1_731_536_000_000,
    "enrolled_at_ms": 1_700_000_000_000,
}
RECORDS = [
    json.dumps(RECORD | change).encode()
    for change in (
        {},
        *({key: value} for key in RECORD for value in ("nul\0", "\ud800", "..", -1, 10**300)),
        {"not_before_ms": 10**18},
        {"enrolled_at_ms": None},
    )
]
MAPS = [
    b'{"format":1,"client":"c1","sensors":{"a":{"agent_id":"f00d","created":["t"],"state":2}}}',
    b'{"format":1,"client":"c1","sensors":{"a":{"agent_id":"\\ud800","metrics":{"t":"x"}}}}',
    b'{"format":1,"client":"c1","sensors":{"a":{"told":{"t":["name","unit"]},"former":["b"]}}}',
    b"[" * 100_000,
]


def enrolled(client_id):
    return Enrolled(
        client_id=client_id, client_name="gateway-07", key=b"key", certificate=client_id.encode(),
        ca=b"ca", not_before_ms=0, not_after_ms=1,
    )  # fmt: skip


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """An identity and its successor, to be damaged in a copy of them."""
    directory = IdentityDirectory(tmp_path_factory.mktemp("sound") / "identity")
    directory.save(enrolled("aa11"))
    directory.save_renewed(enrolled("bb22"))
    return directory


def use(directory):
    """Return what a run makes of a directory: times that can be shown, or one line of trouble."""
    try:
        directory.mend()
        identity = directory.load()
    except IdentityError as error:
        return str(error)
    directory.discard_renewed()
    return "" if identity is None else time_text(identity.not_before_ms)


def damaged(sound, names, data):
    """Damage some records, all or a few, and use what is left."""
    copy = IdentityDirectory(sound.path.with_name("copy"))
    shutil.rmtree(copy.path, ignore_errors=True)
    shutil.copytree(sound.path, copy.path)
    files = sorted(copy.path.glob("*.json"))
    for number in names:
        files[number].write_bytes(data)
    return use(copy)


@fuzzed(RECORDS, cost=WHOLE_RUN, names=st.sets(st.integers(0, 3), min_size=1))
def test_any_bytes_in_records_of_an_identity_are_no_traceback(examine, sound, names, data):
    said = examine(damaged, sound, names, data)

    assert 1 == len(said.splitlines())


@fuzzed(RECORDS, cost=WHOLE_RUN, names=st.sets(st.integers(0, 3), min_size=1, max_size=3))
def test_with_one_sound_record_left_an_identity_is_used(examine, sound, names, data):
    said = examine(damaged, sound, names, data)

    assert said.endswith(" UTC")


@pytest.fixture(scope="session")
def mapped(tmp_path_factory):
    return tmp_path_factory.mktemp("mapped") / "inventory.json"


def remember(path, data):
    """Start with a file of the inventory, and write it again."""
    path.write_bytes(data)
    atlas = Atlas(path, "c1")
    atlas.move("a", "new", "name")
    atlas.save()
    return Atlas(path, "c1").agent_sensor("a")


@fuzzed(MAPS, cost=WHOLE_RUN)
def test_any_bytes_in_the_file_of_the_inventory_are_a_map_or_none(examine, mapped, data):
    assert "new" == examine(remember, mapped, data)
