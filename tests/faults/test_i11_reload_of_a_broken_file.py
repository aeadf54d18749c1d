"""I11: a reload is asked for while the configuration is broken."""

from faults.fault_load import BRISK, STANDARD

HARM = ["[agent", '[[source]]\nplugin = "nothing"\n', "[ring]\nmax_readings = -1\n"]


def test_the_old_configuration_goes_on(bench, row):
    bench.start(row.pick(BRISK, STANDARD))
    good = bench.place.config_file.read_text()
    for harm in HARM:
        bench.place.config_file.write_text(good + "\n" + harm)
        before = bench.confirmed

        code, _, complaints = bench.ask("reload")

        assert 78 == code
        assert "collector.toml:" in complaints
        bench.wait_for(
            lambda status, least=before + 10: status["delivery"]["confirmed_readings"] > least,
            "it goes on",
        )
    bench.place.config_file.write_text(good)
    assert 0 == bench.ask("reload")[0]
    assert {} == bench.finish().dropped
