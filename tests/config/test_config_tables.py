from collections.abc import Callable
from pathlib import Path

import pytest

from collector.config import Config, defaults

Load = Callable[..., Config]
Complaints = Callable[..., list[str]]


def test_an_empty_file_means_all_defaults(load_text: Load) -> None:
    config = load_text("", environ={"XDG_STATE_HOME": "/state"})

    assert config.sources == ()
    assert Path("/state/collector") == config.collector.state_dir
    assert ("localhost", 18884, 18883) == (
        config.agent.host,
        config.agent.port,
        config.agent.provision_port,
    )
    assert defaults.VENDOR_CA_FILE == config.agent.ca_file
    assert defaults.client_name() == config.agent.client_name
    assert ("auto", "annotate", True) == (
        config.agent.provision,
        config.agent.inventory,
        config.agent.sensor_state,
    )
    assert ("3.1.1", "rsa-2048", True, None) == (
        config.agent.protocol,
        config.agent.key,
        config.agent.tls_strict,
        config.agent.server_name,
    )
    assert (10_000, 16 * 1024**2) == (config.ring.max_readings, config.ring.max_bytes)
    assert ("always", 256 * 1024**2, 5.0, None, None) == (
        config.spool.mode,
        config.spool.max_bytes,
        config.spool.sync,
        config.spool.max_age,
        config.spool.directory,
    )
    assert ("auto", 600.0, False, None) == (
        config.delivery.ack,
        config.delivery.hold_for_clock,
        config.delivery.live_first,
        config.delivery.replay_rate,
    )
    assert ("info", "auto") == (config.log.level, config.log.format)


def test_every_key_of_the_tables_is_read(load_text: Load) -> None:
    config = load_text("""
        [collector]
        state_dir = "/data"
        [agent]
        host = "gateway.example"
        port = 1
        provision_port = 65535
        ca_file = "/ca.crt"
        server_name = "agent"
        tls_strict = false
        protocol = "3.1"
        client_name = "gateway-07"
        key = "ec-p256"
        provision = "never"
        renew_before = "7d"
        inventory = "create"
        on_deleted = "stop"
        sensor_state = false
        [ring]
        max_readings = 5
        max_bytes = 4096
        [spool]
        mode = "outage"
        max_bytes = "1MiB"
        sync = "every"
        max_age = "30d"
        directory = "/spool"
        [delivery]
        ack = "strict"
        hold_for_clock = "0s"
        live_first = true
        replay_rate = 200
        [web]
        enabled = true
        host = "::1"
        port = 8080
        names = ["gateway.example"]
        max_connections = 8
        [log]
        level = "debug"
        format = "json"
    """)

    assert Path("/data") == config.collector.state_dir
    assert {
        "host": "gateway.example",
        "port": 1,
        "provision_port": 65535,
        "ca_file": Path("/ca.crt"),
        "server_name": "agent",
        "tls_strict": False,
        "protocol": "3.1",
        "client_name": "gateway-07",
        "key": "ec-p256",
        "provision": "never",
        "renew_before": 604800.0,
        "inventory": "create",
        "on_deleted": "stop",
        "sensor_state": False,
    } == config.agent.model_dump()
    assert (5, 4096) == (config.ring.max_readings, config.ring.max_bytes)
    assert {
        "mode": "outage",
        "max_bytes": 1024**2,
        "sync": 0.0,
        "max_age": 30 * 86400.0,
        "directory": Path("/spool"),
    } == config.spool.model_dump()
    assert {
        "ack": "strict",
        "hold_for_clock": 0.0,
        "live_first": True,
        "replay_rate": 200.0,
    } == config.delivery.model_dump()
    assert {
        "enabled": True,
        "host": "::1",
        "port": 8080,
        "token_file": None,
        "names": ("gateway.example",),
        "max_connections": 8,
    } == config.web.model_dump()
    assert ("debug", "json") == (config.log.level, config.log.format)


def test_relative_names_are_relative_to_the_configuration(load_text: Load, tmp_path: Path) -> None:
    config = load_text('[collector]\nstate_dir = "state"\n[agent]\nca_file = "ca.crt"')

    assert tmp_path / "state" == config.collector.state_dir
    assert tmp_path / "ca.crt" == config.agent.ca_file


def test_two_loads_of_one_text_are_equal(load_text: Load) -> None:
    text = '[[source]]\nplugin = "probe"\nsensor = "a"\n'

    assert load_text(text) == load_text(text)
    assert load_text(text) != load_text(text.replace('"a"', '"b"'))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[agent]\nhots = "x"',
            "2:1: agent.hots: unknown key; did you mean host? (allowed: host, port, ",
        ),
        ("[agents]\nx = 1", "1:1: agents: unknown table; did you mean [agent]? (allowed: "),
        ("verbose = true", "1:1: verbose: unknown table (allowed: [collector], "),
        ("agent = 5", "1:1: agent: must be a table: write [agent]"),
        ("[source]\nplugin = 5", "1:1: source: must be a list of tables: write [[source]]"),
        ("source = [5]", "1:11: source[0]: must be a table: write [[source]]"),
        ('[agent]\nport = "5"', '2:1: agent.port: must be a whole number, got "5"'),
        ("[agent]\nport = 1.0", "2:1: agent.port: must be a whole number, got 1.0"),
        ("[agent]\nport = true", "2:1: agent.port: must be a whole number, got true"),
        ("[agent]\nport = 0", "2:1: agent.port: must be at least 1, got 0"),
        ("[agent]\nport = 65536", "2:1: agent.port: must be at most 65535, got 65536"),
        ("[agent]\nhost = 5", "2:1: agent.host: must be text in quotes, got 5"),
        ('[agent]\nhost = ""', '2:1: agent.host: must have at least 1 characters, got ""'),
        ("[agent]\nhost = []", "2:1: agent.host: must be text in quotes, got a list"),
        ("[agent]\nca_file = {}", "2:1: agent.ca_file: must be text in quotes, got a table"),
        ('[agent]\ntls_strict = "no"', '2:1: agent.tls_strict: must be true or false, got "no"'),
        (
            '[agent]\nprovision = "allways"',
            '2:1: agent.provision: must be one of "auto" or "never", got "allways"',
        ),
        (
            '[agent]\nclient_name = "a b"',
            "2:1: agent.client_name: 'a b' is no client name: use letters, digits and . * -",
        ),
        (
            '[ring]\nmax_bytes = "16 apples"',
            '2:1: ring.max_bytes: must be a size such as "16MiB", "500kB" or a number of bytes',
        ),
        ("[ring]\nmax_bytes = 1", "2:1: ring.max_bytes: must be at least 1024, got 1"),
        ("[agent.host]\nx = 1", "1:1: agent.host: must be text in quotes, got a table"),
        ("[agent]\nhost = 1979-05-27", "2:1: agent.host: must be text in quotes, got "),
    ],
)
def test_a_wrong_key_is_named_with_its_place_and_what_is_right(
    complaints_of: Complaints, text: str, expected: str
) -> None:
    [complaint] = complaints_of(text)

    assert complaint.startswith(f"collector.toml:{expected}")


def test_all_complaints_come_at_once_in_the_order_of_their_places(
    complaints_of: Complaints,
) -> None:
    text = """
        [ring]
        max_readings = 0
        [agent]
        port = "x"
        hots = ""
        [[source]]
        plugin = "prob"
        [[source]]
        plugin = "probe"
        sensor = "a/b"
        interval = "5 apples"
        colour = "red"
        registers = [{address = -1, typ = "u16"}, {}]
    """

    complaints = complaints_of(text, {"a.toml": "[log]\nlevel = 5"})

    assert [
        "collector.toml:3:9: ring.max_readings",
        "collector.toml:5:9: agent.port",
        "collector.toml:6:9: agent.hots",
        "collector.toml:7:9: source[0].sensor",
        "collector.toml:8:9: source[0].plugin",
        "collector.toml:11:9: source[1].sensor",
        "collector.toml:12:9: source[1].interval",
        "collector.toml:13:9: source[1].colour",
        "collector.toml:14:23: source[1].registers[0].address",
        "collector.toml:14:37: source[1].registers[0].typ",
        "collector.toml:14:51: source[1].registers[1].address",
        "collector.d/a.toml:2:1: log.level",
    ] == [complaint[: complaint.index(": ", complaint.index(": ") + 1)] for complaint in complaints]


def test_a_long_list_of_complaints_is_cut_and_counted(complaints_of: Complaints) -> None:
    complaints = complaints_of("[log]\n" + "".join(f"k{n} = 1\n" for n in range(70)))

    assert 51 == len(complaints)
    assert complaints[-1] == "and 20 more"


@pytest.mark.parametrize("table", ["", "[agent]\n"])
def test_a_file_that_is_all_wrong_is_refused_without_looking_at_all_of_it(
    complaints_of: Complaints, table: str
) -> None:
    complaints = complaints_of(table + "".join(f"k{n} = 1\n" for n in range(50_000)))

    assert 51 == len(complaints)
    assert complaints[-1] == "and many more"


def test_a_long_value_is_cut(complaints_of: Complaints) -> None:
    [complaint] = complaints_of(f'[agent]\nport = "{"x" * 1000}"')

    assert complaint.endswith("xxx...")
    assert len(complaint) < 120


@pytest.mark.parametrize("text", ['sync = "often"', "sync = 5", 'max_bytes = "1kB"', 'mode = "on"'])
def test_what_the_spool_cannot_be_told_is_refused(
    load_text: Load, complaints_of: Complaints, text: str
) -> None:
    [complaint] = complaints_of(f"[spool]\n{text}\n")

    assert ":2:" in complaint
    assert f"spool.{text.split(maxsplit=1)[0]}: " in complaint
