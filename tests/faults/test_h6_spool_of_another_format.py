"""H6: the spool was written by another release: an earlier one, or one that is yet to come."""

import shutil
from pathlib import Path

from faults.ledger_oracle import Reckoning
from spool_rig import Rig

from collector.buffering.spool.disk import DiskFolder
from collector.buffering.spool.names import FORMAT_VERSION, first_line

FIXTURES = Path(__file__).parent / "fixtures"
"""A spool of each format: readings of sensor a, values 0 to 49, of which 0 to 9 are confirmed."""

WAITING = [float(number) for number in range(10, 50)]


def test_spool_of_every_format_is_read(tmp_path, row):
    versions = sorted(FIXTURES.glob("spool-v*"))
    for version in versions:
        shutil.copytree(version, tmp_path / version.name)
        rig = Rig(DiskFolder(tmp_path / version.name), sources=1)

        assert WAITING == rig.accept()
        rig.audit()
        row.count(Reckoning(accepted=50, stored=50))
    row.note(f"formats {', '.join(version.name for version in versions)} are read")
    assert FORMAT_VERSION == len(versions)


def test_files_of_a_later_format_are_kept_aside_and_told(tmp_path, row):
    strange = first_line(FORMAT_VERSION + 1) + b"something else\n"
    shutil.copytree(FIXTURES / f"spool-v{FORMAT_VERSION}", tmp_path / "spool")
    later = tmp_path / "spool" / "0000000000009999-00000000.segment"
    later.write_bytes(strange)

    rig = Rig(DiskFolder(tmp_path / "spool"), sources=1)

    assert 1 == rig.buffer.spool_status().kept_aside
    assert WAITING == rig.accept()
    rig.audit()
    assert strange == later.read_bytes()
    row.count(Reckoning(accepted=50, stored=50))
    row.note("a later format is kept aside and counted")
