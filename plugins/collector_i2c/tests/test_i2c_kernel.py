"""Sensors that a driver of the kernel reads: IIO, hwmon and 1-wire, on files of a test."""

import pickle
from contextlib import nullcontext

import pytest
from kernel_sensors import CLOCK, CONTEXT, KINDS, read, source_of

from collector import (
    RecordedTape,
    SourceContext,
    SourceUnavailableError,
    TapeEvent,
    ValueUnit,
)

IIO0, IIO1 = "bus/iio/devices/iio:device0", "bus/iio/devices/iio:device1"


BME280 = {
    "name": "bme280\n",
    "in_temp_input": "23720\n",
    "in_humidityrelative_input": "65305\n",
    "in_pressure_input": "100.942695\n",
}


def test_an_iio_device_gives_its_channels_in_our_units(sys):
    sys(IIO0, BME280)

    source = source_of(sys, "iio", device="bme280")

    assert {"temperature": 23.72, "humidity": 65.305, "pressure": 100942.695} == pytest.approx(
        read(source)
    )
    assert {
        "temperature": ValueUnit.CELSIUS,
        "humidity": ValueUnit.PERCENT,
        "pressure": ValueUnit.PASCAL,
    } == {metric.id: metric.unit for metric in source.metrics}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # Raw channels: the kernel's ABI text says (raw + offset) * scale.
        (
            {"in_temp_raw": "-400\n", "in_temp_offset": "12420\n", "in_temp_scale": "2.941176\n"},
            {"temperature": 35.352936},
        ),
        ({"in_voltage0_raw": "8000\n", "in_voltage0_scale": "0.125\n"}, {"voltage0": 1.0}),
        ({"in_voltage3_raw": "4\n", "in_voltage_scale": "250\n"}, {"voltage3": 1.0}),
        (
            {"in_voltage0-voltage1_raw": "-2\n", "in_voltage-voltage_scale": "2\n"},
            {"voltage0-voltage1": -0.004},
        ),
        (
            {"in_accel_x_raw": "1024\n", "in_accel_z_raw": "0\n", "in_accel_scale": "0.009576\n"},
            {"acceleration_x": 9.805824, "acceleration_z": 0.0},
        ),
        ({"in_concentration_co2_input": "0.0439\n"}, {"co2": 439.0}),
        ({"in_illuminance_input": "420.5\n"}, {"illuminance": 420.5}),
        ({"in_illuminance0_input": "420.5\n"}, {"illuminance0": 420.5}),
        ({"in_temp_object_raw": "15190\n", "in_temp_scale": "20\n"}, {"temperature_object": 303.8}),
        ({"in_current0_raw": "7\n", "in_current0_scale": "1\n"}, {"current0": 0.007}),
        ({"in_resistance_input": "232818\n"}, {"resistance": 232818.0}),
        ({"in_distance_raw": "423\n", "in_distance_scale": "0.001\n"}, {"distance": 0.423}),
    ],
)
def test_iio_channels(sys, files, expected):
    sys(IIO0, {"name": "chip\n", **files})

    assert expected == pytest.approx(read(source_of(sys, "iio", device="chip")))


def test_a_processed_channel_wins_over_its_raw_one_and_other_files_are_none(sys):
    extra = {
        "in_temp_raw": "1\n",
        "in_temp_oversampling_ratio": "2\n",
        "in_proximity_raw": "5\n",
        "sampling_frequency": "10\n",
    }
    sys(IIO0, BME280 | extra)

    assert {"temperature", "humidity", "pressure"} == set(
        read(source_of(sys, "iio", device="bme280"))
    )


def test_a_device_is_found_by_its_name_whatever_its_number(sys):
    sys(IIO0, {"name": "ads1115\n", "in_voltage0_raw": "1\n"})
    sys(IIO1, BME280)

    assert "pressure" in read(source_of(sys, "iio", device="bme280"))


def test_a_device_that_is_not_there_is_told_with_those_that_are(sys):
    sys(IIO0, BME280)

    with pytest.raises(SourceUnavailableError, match=r"no device 'bmp280' .*there are: bme280"):
        source_of(sys, "iio", device="bmp280")


def test_two_of_one_name_are_told_apart_by_their_path(sys):
    for number, celsius in ((0x76, 10), (0x77, 20)):
        place = sys(
            f"devices/1-00{number:x}/iio:device", BME280 | {"in_temp_input": f"{celsius}000"}
        )
        link = place.parents[2] / f"bus/iio/devices/iio:device{number}"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(place)

    assert 20.0 == read(source_of(sys, "iio", device="bme280", at="1-0077"))["temperature"]
    with pytest.raises(SourceUnavailableError, match="is several devices"):
        source_of(sys, "iio", device="bme280")


def test_a_channel_whose_figure_is_none_is_left_out_and_counted(sys):
    sys(IIO0, BME280 | {"in_temp_input": "\n"})
    source = source_of(sys, "iio", device="bme280")

    assert {"humidity", "pressure"} == set(read(source))
    assert source.notes == ("range invalid: 1 answers refused, last: in_temp_input says ''",)


def test_a_device_that_gives_nothing_is_unavailable(sys):
    sys(IIO0, {"name": "chip\n", "in_temp_input": "n/a\n"})
    source = source_of(sys, "iio", device="chip")

    with pytest.raises(SourceUnavailableError, match="in_temp_input says 'n/a'"):
        read(source)


def test_a_device_that_was_unplugged_is_unavailable(sys):
    place = sys(IIO0, BME280)
    source = source_of(sys, "iio", device="bme280")
    (place / "in_humidityrelative_input").unlink()

    with pytest.raises(SourceUnavailableError, match="in_humidityrelative_input is gone"):
        read(source)


def test_metrics_can_be_picked_and_renamed(sys):
    sys(IIO0, BME280)

    source = source_of(
        sys, "iio", device="bme280", metrics=["temperature"], rename={"temperature": "inlet"}
    )

    assert ["inlet"] == list(read(source))


def test_a_metric_that_the_device_does_not_have_is_told(sys):
    sys(IIO0, BME280)

    with pytest.raises(SourceUnavailableError, match="no metric 'co2'"):
        source_of(sys, "iio", device="bme280", metrics=["co2"])


HWMON = {
    "name": "monitor\n",
    "temp1_input": "45250\n",
    "temp1_label": "CPU\n",
    "temp1_max": "90000\n",
    "humidity1_input": "28254\n",
    "in0_input": "11980\n",
    "curr1_input": "10000\n",
    "power1_input": "119800000\n",
    "energy1_input": "5000000\n",
    "fan1_input": "1800\n",
    "fan1_alarm": "1\n",
}


def test_a_hwmon_device_gives_its_channels_in_our_units(sys):
    sys("class/hwmon/hwmon3", HWMON)

    source = source_of(sys, "hwmon", device="monitor")

    assert {
        "temperature1": 45.25,
        "humidity1": 28.254,
        "voltage0": 11.98,
        "current1": 10.0,
        "power1": 119.8,
        "energy1": 5.0,
        "fan1": 1800.0,
    } == pytest.approx(read(source))
    assert "CPU" in {metric.name for metric in source.metrics}


def test_alarms_are_given_to_those_who_want_them(sys):
    sys("class/hwmon/hwmon3", HWMON)

    assert read(source_of(sys, "hwmon", device="monitor", alarms=True))["fan1_alarm"] is True


def test_a_hwmon_channel_with_a_fault_gives_no_value(sys):
    sys("class/hwmon/hwmon3", HWMON | {"temp1_fault": "1\n"})
    source = source_of(sys, "hwmon", device="monitor")

    assert "temperature1" not in read(source)
    assert source.notes == ("error flag: 1 answers refused, last: temp1_fault is set",)


DEVICES = {"iio": "bme280", "hwmon": "sht3x", "w1": "28-0316a2794b2f"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_simulated_device_moves(kind):
    settings = KINDS[kind].settings.model_validate({"device": DEVICES[kind]})
    simulator = KINDS[kind].simulate(settings, CONTEXT)
    source = KINDS[kind].create(simulator.start(), CONTEXT)
    source.open()
    first = read(source)
    CLOCK.advance(100.0)
    simulator.update()
    second = read(source)
    source.close()
    simulator.stop()

    assert first.keys() == second.keys() == {metric.id for metric in source.metrics}
    assert all(first[name] != second[name] for name in first)


@pytest.mark.parametrize("kind", KINDS)
def test_settings_can_be_sent_to_another_process(kind):
    settings = KINDS[kind].settings.model_validate({"device": DEVICES[kind]})

    assert settings == pickle.loads(pickle.dumps(settings))


def test_what_its_files_said_is_played_read_by_read(sys):
    place = sys("class/hwmon/hwmon0", {"name": "lm75\n", "temp1_input": "21000\n"})
    events = []
    tape = Noting(events)
    kind = KINDS["hwmon"]
    settings = kind.settings(device="lm75", sys_root=sys.root)
    source = kind.create(settings, SourceContext("a", "a", 10.0, CLOCK, tape))
    source.open()
    seen = [read(source)]
    (place / "temp1_input").write_text("22500\n")
    seen.append(read(source))

    played = kind.replay(settings, CONTEXT, RecordedTape("a", events)).start()

    source = kind.create(pickle.loads(pickle.dumps(played)), CONTEXT)
    source.open()
    assert [{"temperature1": 21.0}, {"temperature1": 22.5}] == seen
    assert [*seen, seen[-1]] == [read(source) for _ in range(3)]


class Noting:
    """A tape that keeps what it is told."""

    def __init__(self, events):
        self._events = events

    def note(self, channel, direction, data):
        self._events.append(TapeEvent(0.0, channel, direction, data))

    def setting_up(self, *, resumes=False):
        return nullcontext()
