"""H5: the spool's directory is deleted, in the way, or another collector's."""

import shutil

from faults.fault_load import BRISK, STANDARD


def test_deleted_directory_is_made_again_and_costs_nothing(bench, row):
    bench.start(row.pick(BRISK, STANDARD))
    bench.agent.kill()
    bench.run_for(0.5)

    shutil.rmtree(bench.place.state_dir / "spool")
    row.recovered(
        bench.seconds_until(
            lambda status: (
                (bench.place.state_dir / "spool").exists() and not status["spool"]["degraded"]
            ),
            "it is made again", 15,
        )
    )  # fmt: skip

    bench.restart_agent()
    bench.wait_until_confirmed_again()
    bench.finish()


def test_something_in_the_place_of_the_directory_is_told(bench, row):
    bench.start_agent()
    bench.place.state_dir.mkdir()
    (bench.place.state_dir / "spool").write_text("in the way")
    bench.configure(row.pick(BRISK, STANDARD))
    bench.start_collector()
    row.detected(
        bench.seconds_until(lambda status: status["spool"]["degraded"], "the trouble is told")
    )
    bench.wait_until_well()

    (bench.place.state_dir / "spool").unlink()
    bench.wait_for(lambda status: not status["spool"]["degraded"], "the spool works", 15)
    assert {} == bench.finish().dropped
