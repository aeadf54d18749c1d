"""What a run with many faults tells, and leaves behind: no key and no secret is in any of it."""

import base64
import json
import shutil
import stat
from pathlib import Path

import pytest
from running import children_of, wait_until

SECRET = "correct-horse-battery-staple"
QUICK = (
    '[[source]]\nplugin = "counter"\nsensor = "counter"\ninterval = "50ms"\n'
    'trouble = "${file:secret.txt}"\n'
)
FAULTS = """
[[fault]]
operation = "push_values"
action = "error"
code = 3
count = 3
[[fault]]
operation = "create_client"
action = "error"
code = 20
count = 1
"""
DEBUG = '[log]\nlevel = "debug"\n'


class Ears:
    """Hears all that is said by commands, and sees all command lines and statuses."""

    def __init__(self, place):
        self.place = place
        self.heard = []
        self.keys = set()

    def ask(self, *words):
        code, output, complaint = self.place.ask(*words)
        self.heard += [output, complaint]
        return code

    def look_at(self, collector):
        self.heard.append(json.dumps(collector.status()))
        pids = [collector.process.pid, *children_of(collector.process.pid)]
        for pid in pids:
            self.heard.append(Path(f"/proc/{pid}/cmdline").read_text(errors="replace"))
        self.note_keys()

    def note_keys(self):
        for file in self.place.path.rglob("*.key"):
            self.keys.add(file.read_bytes())

    def everything(self):
        outputs = [*self.place.path.rglob("stdout"), *self.place.path.rglob("stderr")]
        return "\n".join([*self.heard, *(file.read_text() for file in outputs)])


def _pieces(key):
    """Return each form in which a piece of a private key might be told."""
    lines = [line for line in key.decode().splitlines() if line and "PRIVATE KEY" not in line]
    whole = base64.b64decode("".join(lines))
    middles = [whole[at : at + 16] for at in range(36, len(whole) - 16, 16)]
    return {*lines, *(middle.hex() for middle in middles), *(repr(middle) for middle in middles)}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A collector that had all kinds of trouble; what it said, and where it was."""
    from place import Place  # noqa: PLC0415 - its fixture is for single tests

    place = Place(tmp_path_factory.mktemp("run"))
    (place.path / "secret.txt").write_text(SECRET)
    faults = place.path / "faults.toml"
    faults.write_text(FAULTS)
    agent = place.agent("--faults", faults)
    place.configure(QUICK, agent=agent, tables=DEBUG)
    ears = Ears(place)
    try:
        _have_trouble(place, agent, ears)
        yield ears
    finally:
        place.clean_up()


def _have_trouble(place, agent, ears):
    assert 78 != ears.ask("check")
    assert 0 != ears.ask("provision"), "the agent refuses the first signing request"
    collector = place.collector()
    collector.wait_until_confirmed(5)
    ears.look_at(collector)
    for words in (("status",), ("provision", "--renew"), ("client", "ping"), ("sensor", "list")):
        assert 0 == ears.ask(*words), words
    ears.note_keys()
    _meet_an_agent_set_up_afresh(place, agent, collector)
    ears.look_at(collector)
    ears.ask("provision", "--force")
    collector.wait_for(
        lambda status: status["delivery"]["state"] == "connected", "it is known again"
    )
    ears.look_at(collector)
    assert 0 == collector.stop()
    key_file = next((place.state_dir / "identity").glob("*.key"))
    key_file.chmod(0o644)
    assert 78 == place.collector().wait()
    key_file.chmod(0o600)
    key_file.write_bytes(key_file.read_bytes()[:150])
    place.collector().wait()
    ears.note_keys()


def _meet_an_agent_set_up_afresh(place, agent, collector):
    agent.stop()
    shutil.rmtree(agent.directory)
    place.again(agent)
    wait_until(
        lambda: "authority" in collector.status()["delivery"]["message"], "it knows no more of us"
    )


def test_no_private_key_is_in_any_log_status_or_command_line(run):
    told = run.everything()

    whole = [key for key in run.keys if b"END" in key]
    assert 4 <= len(whole), "the agent's two, and at least two of the collector"
    assert "PRIVATE KEY" not in told
    for key in whole:
        assert not [piece for piece in _pieces(key) if piece in told]


def test_no_secret_that_the_configuration_refers_to_is_in_any_log_status_or_command_line(run):
    told = run.everything()

    assert SECRET not in told


def test_private_keys_lie_in_private_files_of_identities_and_agents_alone(run):
    marks = [b"PRIVATE KEY", *(line for key in run.keys for line in key.splitlines()[1:3])]

    holders = [
        file
        for file in run.place.path.rglob("*")
        if file.is_file() and any(mark in file.read_bytes() for mark in marks)
    ]

    assert holders
    for file in holders:
        assert file.parent.name in {"identity", "agent"}, file
        assert 0o600 == stat.S_IMODE(file.stat().st_mode), file
