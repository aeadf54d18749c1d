"""A13: this client is deleted at the agent while it runs."""

from contract.raw_client import RawClient
from faults.fault_load import BRISK, STANDARD

from collector.client.identity import IdentityDirectory

ATTEMPTS_IN_5_MINUTES = 1


def test_deleted_client_says_so_keeps_everything_and_delivers_it_under_a_new_identity(bench, row):
    bench.start(row.pick(BRISK, STANDARD), proxy=True)
    _delete_client(bench)

    row.detected(
        bench.seconds_until(lambda status: status["delivery"]["state"] == "deleted", "it is told")
    )
    before = bench.line.connections
    bench.run_for(row.pick(1, 310))
    attempts = bench.line.connections - before

    assert 0 == bench.collector.stop()
    assert 0 == bench.ask("provision", "--force")[0]
    bench.start_collector()
    bench.wait_until_well()
    reckoning = bench.finish()
    row.note(f"{attempts} attempts in {row.pick(1, 310)} s as a deleted client")
    assert attempts <= ATTEMPTS_IN_5_MINUTES
    assert {} == reckoning.dropped


def _delete_client(bench):
    """Ask for it as somebody else with our certificate would."""
    identity = IdentityDirectory(bench.place.state_dir / "identity").load()
    client, files = identity.client_id, (identity.certificate_file, identity.key_file)
    with RawClient(bench.agent.ports[1], bench.agent.directory / "ca.crt", client, files) as other:
        other.publish(f"/v1.0/{client}/delete", "{}")
        assert other.gone.wait(10)
