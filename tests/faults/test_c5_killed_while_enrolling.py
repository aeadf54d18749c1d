"""C5: the end comes while a new certificate is written."""

import random

from faults.fault_load import BRISK, SITE, STANDARD
from faults.identity_files import IdentityFiles
from running import Program


def test_the_identity_is_the_old_or_the_new_one_whenever_it_ends(bench, row):
    chance = random.Random(7)
    bench.start(row.pick(BRISK, STANDARD), key="ec-p256")
    assert 0 == bench.collector.stop()
    seen = {IdentityFiles(bench).client_id}
    for number in range(row.pick(5, 50)):
        words = ("provision", "--force", "--config", bench.place.config_file)
        program = Program(bench.place.path / f"provision{number}", *words, python_path=SITE)
        bench.run_for(0.3 + chance.random() * row.pick(1.2, 0.7))
        program.kill()

        code, _, complaints = bench.ask("client", "ping")

        assert 0 == code, complaints
        seen.add(IdentityFiles(bench).client_id)

    row.note(f"{len(seen)} identities, each whole")
    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
