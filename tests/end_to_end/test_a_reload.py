"""A new configuration in a running collector: what differs restarts, all else goes on."""

import signal
import socket
import struct
import threading
from contextlib import contextmanager, suppress

import pytest
from running import wait_until

STEADY = '[[source]]\nplugin = "counter"\nsensor = "steady"\ninterval = "100ms"\nisolation = "{}"\n'
OTHER = '[[source]]\nplugin = "counter"\nsensor = "other"\ninterval = "{}"\nisolation = "{}"\n'


def state_of(status, name):
    return next((each for each in status["sources"] if each["name"] == name), None)


def verdict_of(status):
    return (status["last_reload"] or {}).get("ok")


def is_gapless(series):
    return list(series) == list(range(1, len(series) + 1))


@pytest.mark.parametrize("isolation", ["thread", "process"])
def test_hangup_of_a_service_restarts_what_differs_and_a_broken_file_changes_nothing(
    place, agent, isolation
):
    place.configure(STEADY.format(isolation), OTHER.format("100ms", isolation), agent=agent)
    collector = place.collector("--service")
    collector.wait_until_confirmed(10)

    place.config_file.write_text(place.config_file.read_text() + "nonsense = \n")
    collector.process.send_signal(signal.SIGHUP)
    collector.wait_for(lambda status: verdict_of(status) is False, "it is refused")

    extra = OTHER.replace("other", "extra")
    place.configure(
        STEADY.format(isolation), OTHER.format("50ms", isolation), extra.format("100ms", isolation),
        agent=agent,
    )  # fmt: skip
    collector.process.send_signal(signal.SIGHUP)
    status = collector.wait_for(verdict_of, "it is taken over")
    assert "added extra; changed other; 1 unchanged" == status["last_reload"]["message"]
    reads = state_of(status, "steady")["reads"]
    collector.wait_for(
        lambda status: (
            state_of(status, "steady")["reads"] > reads + 10
            and state_of(status, "extra")["reads"] > 3
        ),
        "all are read",
    )

    assert collector.stop() == 0
    ledger = collector.ledger()
    assert is_gapless(agent.series("steady"))
    assert len(agent.series("steady")) == ledger["steady"]["delivered"]
    assert is_gapless(agent.series("extra"))
    counts = [row["value"] for row in agent.journal() if row["sensor"] == "other"]
    assert 2 == counts.count(1.0)
    assert 1 == collector.complaints.count(f"{place.config_file}:")


def test_the_command_tells_what_changed_and_every_complaint_of_what_is_refused(place, agent):
    steady, other = STEADY.format("thread"), OTHER.format("100ms", "thread")
    place.configure(steady, other, agent=agent)
    collector = place.collector()
    collector.wait_until_confirmed(4)

    place.configure(steady, agent=agent)
    assert (0, "removed: other\nunchanged: 1\n", "") == place.ask("reload")
    assert state_of(collector.status(), "other") is None

    place.configure(steady, '[[source]]\nplugin = "conter"\nsensor = "x"\n', agent=agent)
    code, output, complaint = place.ask("reload")
    assert (78, "") == (code, output)
    assert "did you mean counter?" in complaint

    place.configure(steady, agent=agent, tables="[ring]\nmax_readings = 7")
    code, output, complaint = place.ask("reload")
    assert (78, "") == (code, output)
    assert complaint.endswith("ring.max_readings can only change at a restart\n")

    reads = state_of(collector.status(), "steady")["reads"]
    collector.wait_for(lambda status: state_of(status, "steady")["reads"] > reads + 3, "it goes on")
    code, output, _ = place.ask("status")
    assert "ago, refused: " in output
    assert collector.stop() == 0
    assert is_gapless(agent.series("steady"))


def test_without_a_run_there_is_nothing_to_reload(place, agent):
    code, output, complaint = place.ask("reload")

    assert (1, "") == (code, output)
    assert "no collector is running" in complaint


def test_simulators_of_sources_that_leave_are_ended(place):
    system = '[[source]]\nplugin = "system"\nsensor = "{}"\ninterval = "100ms"\n'
    place.configure(system.format("one"), system.format("two"))
    collector = place.collector("--simulate")
    collector.wait_until_confirmed(4)

    place.configure(system.format("two"), system.format("three"))
    assert (0, "added: three\nremoved: one\nunchanged: 1\n", "") == place.ask("reload")

    collector.wait_for(lambda status: state_of(status, "three")["reads"] > 2, "it is read")
    assert collector.stop() == 0


def test_reload_during_the_start_of_a_service_is_fulfilled_afterwards(place, agent):
    collector = place.collector("--service")
    wait_until(lambda: collector.socket is not None, "it listens")
    collector.process.send_signal(signal.SIGHUP)

    collector.wait_for(verdict_of, "it is fulfilled")

    assert collector.stop() == 0


class Gateway:
    """A Modbus TCP gateway that serves one connection and refuses any other, as small ones do."""

    def __init__(self):
        self.refused = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._taken = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                if self._taken.acquire(blocking=False):
                    threading.Thread(target=self._serve, args=(peer,), daemon=True).start()
                else:
                    self.refused += 1
                    peer.close()

    def _serve(self, peer):
        with self._taken_until_it_ends(), suppress(OSError), peer, peer.makefile("rb") as stream:
            while head := stream.read(6):
                transaction, _, size = struct.unpack(">HHH", head)
                unit, function, _, count = struct.unpack(">BBHH", stream.read(size))
                body = struct.pack(">BBB", unit, function, 2 * count) + bytes([0, unit]) * count
                peer.sendall(struct.pack(">HHH", transaction, 0, len(body)) + body)

    @contextmanager
    def _taken_until_it_ends(self):
        try:
            yield
        finally:
            self._taken.release()


@pytest.fixture
def gateway():
    gateway = Gateway()
    yield gateway
    gateway.close()


def test_a_source_that_changes_goes_on_over_the_connection_that_others_of_its_link_keep(
    place, agent, gateway
):
    unit = (
        '[[source]]\nplugin = "modbus"\nsensor = "unit-{0}"\ninterval = "{1}"\nunit_id = {0}\n'
        f'link = {{{{ type = "tcp", host = "127.0.0.1", port = {gateway.port} }}}}\n'
        'point = [{{ metric = "m", address = 7 }}]\n'
    )
    place.configure(unit.format(1, "100ms"), unit.format(2, "100ms"), agent=agent)
    collector = place.collector()
    collector.wait_until_confirmed(10)

    place.configure(unit.format(1, "100ms"), unit.format(2, "200ms"), agent=agent)
    assert (0, "changed: unit-2\nunchanged: 1\n", "") == place.ask("reload")
    status = collector.wait_for(
        lambda status: state_of(status, "unit-2")["reads"] > 5, "the changed one is read"
    )

    assert 0 == state_of(status, "unit-1")["failures"] == state_of(status, "unit-2")["failures"]
    assert collector.stop() == 0
    assert 0 == gateway.refused
