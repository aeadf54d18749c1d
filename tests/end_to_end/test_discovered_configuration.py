"""From nothing to values: discover what is there, check what was written, run it."""

import tomllib


def test_what_is_discovered_passes_the_check_and_gives_values_of_every_finding(place):
    file = place.path / "discovered.toml"

    discovered = place.command("discover", "--simulate", "--output", file)
    checked = place.command("check", "--simulate", "--config", file)
    text = file.read_text()
    sources = tomllib.loads(text)["source"]
    tables = text[text.index("\n[[source]]") :].replace('"30s"', '"1s"').replace('"10s"', '"1s"')
    place.configure(tables)
    run = place.collector("--simulate")
    run.wait_for(
        lambda status: (
            {source["sensor"] for source in sources}
            <= {value["sensor"] for value in status["values"]}
        ),
        "every finding has values",
    )

    assert (0, 0) == (discovered[0], checked[0])
    assert {"hwmon", "i2c", "iio", "modbus", "serial", "system", "w1"} == {
        source["plugin"] for source in sources
    }
    assert run.stop() == 0
