"""C6: the reply to an enrolment is lost, doubled, late, refused."""

import json

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from faults.fault_load import BRISK, SITE
from faults.identity_files import IdentityFiles
from running import Program, wait_until

DEEDS = (
    'action = "duplicate"',
    'action = "delay"\ndelay_s = 1.5',
    'action = "error"\ncode = 1\ncount = 1',
)


def test_whatever_comes_only_a_certificate_for_our_own_key_is_taken(bench, row):
    bench.start_agent()
    bench.configure(BRISK)
    _lose_a_reply(bench)
    for deed in DEEDS:
        bench.set_faults(f'operation = "create_client"\n{deed}')
        code, _, complaints = bench.ask("provision", "--force")
        if code:
            assert 1 == len(complaints.splitlines()), complaints
            assert code in (1, 69)
            code, _, complaints = bench.ask("provision", "--force")
        assert 0 == code, complaints
        files = IdentityFiles(bench)
        key = load_pem_private_key(files.key.read_bytes(), None)
        assert key.public_key() == files.public_key()
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        assert files.client_id == certificate.subject.rdns[-1].rfc4514_string()[3:]
    bench.set_faults()

    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
    clients = {row["client"] for row in bench.agent.journal()}
    assert {json.loads(files.record.read_text())["client_id"]} == clients


def _lose_a_reply(bench):
    """Have the first reply lost, and whoever waits for it killed: the same request is kept."""
    bench.set_faults('operation = "create_client"\naction = "drop_reply"\ncount = 1')
    words = ("provision", "--config", bench.place.config_file)
    program = Program(bench.place.path / "lost", *words, python_path=SITE)
    wait_until(lambda: list(bench.place.state_dir.rglob("*pending*")), "it has asked")
    bench.run_for(0.5)
    program.kill()
    assert not list(bench.place.state_dir.rglob("client.json"))
