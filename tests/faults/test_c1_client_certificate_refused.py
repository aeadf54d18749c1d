"""C1: the client's certificate has expired, or is of another authority."""

from faults.fault_load import BRISK, STANDARD
from faults.identity_files import IdentityFiles
from impostor import signed_by_agent
from mqtt.certificates import Authority, pem

NAMED_WITHIN_S = 10.0


def expired(bench, files):
    return signed_by_agent(bench.agent.directory, files.client_id, files.public_key(), -30, -1)


def foreign(bench, files):
    other = Authority(bench.place.path / "other", "Another Authority")
    return pem(other.sign(files.client_id, files.public_key()))


REASONS = {expired: "expired", foreign: "authority"}


def test_the_reason_is_named_and_nothing_is_lost(bench, row):
    load = row.pick(BRISK, STANDARD)
    bench.start(load)
    assert 0 == bench.collector.stop()
    bench.configure(load, provision="never")
    files = IdentityFiles(bench)
    (bench.place.path / "other").mkdir()
    for make, words in REASONS.items():
        files.certificate.write_bytes(make(bench, files))
        bench.start_collector()
        bench.wait_until_named(words, NAMED_WITHIN_S)
        assert 0 == bench.collector.stop()
        files.restore()

    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
