"""C7: key or certificate cannot be read, can be read by others, or are cut off."""

from faults.fault_load import BRISK, SITE, STANDARD
from faults.identity_files import IdentityFiles

from collector.cli import main

READABLE = "readable by others"
HARM = {
    READABLE: lambda files: files.key.chmod(0o644),
    "half a key": lambda files: files.key.write_bytes(files.key.read_bytes()[:100]),
    "no key": lambda files: files.key.unlink(),
    "half a certificate": lambda files: files.certificate.write_bytes(
        files.certificate.read_bytes()[:200]
    ),
    "half a record, and half its copy": lambda files: [
        file.write_bytes(file.read_bytes()[:40]) for file in files.directory.glob("*.json")
    ],
}


def test_what_is_wrong_is_one_line_that_names_the_file(bench, row, capsys, monkeypatch):
    bench.start(row.pick(BRISK, STANDARD))
    assert 0 == bench.collector.stop()
    files = IdentityFiles(bench)
    monkeypatch.syspath_prepend(SITE)
    for name, harm in HARM.items():
        harm(files)

        code = main(["client", "ping", "--config", str(bench.place.config_file)])

        complaints = capsys.readouterr().err
        assert 78 == code, (name, complaints)
        assert 1 == len(complaints.splitlines())
        assert str(files.directory) in complaints
        assert name != READABLE or "0644" in complaints
        if row.is_stated:
            assert (78, "", complaints) == bench.ask("client", "ping")
            assert 78 == bench.ask("run")[0]
        files.restore()

    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
