"""What the bundled kinds say that their reads cost, as `collector check` and `explain` use it."""

import pytest

from collector.config import load
from collector.config.link_checks import group_costs
from collector.config.sources import make
from collector.errors import ConfigError
from collector.testkit.clock import FakeClock

METER = (
    '[[source]]\nplugin = "modbus"\nsensor = "m{unit}"\ninterval = "{interval}"\n'
    'link = {{ type = "rtu", port = "/dev/ttyX", baudrate = 9600 }}\n'
    'unit_id = {unit}\nprofile = "eastron-sdm120"\n'
)
CHIP = '[[source]]\nplugin = "i2c"\nsensor = "{}"\ninterval = "{}"\nbus = 1\ndevice = "{}"\n'
SCALE = (
    '[[source]]\nplugin = "serial"\nsensor = "scale"\ninterval = "{}"\n'
    'port = "/dev/ttyX"\nbaudrate = {}\nformat = "mt-sics"\n'
)


@pytest.fixture
def configure(tmp_path):
    def configure_it(text):
        file = tmp_path / "collector.toml"
        file.write_text(text)
        return load(file, environ={"XDG_STATE_HOME": "/s"}, clock=FakeClock(), strict=True)

    return configure_it


@pytest.fixture
def cost_of(configure):
    def cost(text):
        [source] = configure(text).sources
        [group] = group_costs("it", make(source, source.settings, FakeClock()), source.interval)
        return group.cost

    return cost


def test_modbus_tells_the_time_of_its_requests(cost_of):
    cost = cost_of(METER.format(unit=1, interval="10s"))

    assert cost.link_s == pytest.approx(cost.certain_link_s + cost.requests * 0.01)
    assert 0.1 < cost.certain_link_s < 0.2
    assert "voltage" in cost.metrics


def test_a_chip_tells_its_conversion_and_its_bytes(cost_of):
    cost = cost_of(CHIP.format("a", "1s", "sht31"))

    # Command: address and 2 bytes. Answer: address and 6 bytes. 9 bits each, start and stop.
    assert cost.link_s == pytest.approx((9 * 3 + 2 + 9 * 7 + 2) / 100_000)
    assert cost.wait_s == pytest.approx(0.0155)
    assert cost.requests == 2


def test_multiplexers_cost_transfers_as_well(cost_of):
    plain = CHIP.format("a", "1s", "sht31")

    behind = cost_of(plain + "mux = { address = 0x70, channel = 1 }\n")

    assert behind.requests == cost_of(plain).requests + 2


def test_a_chip_read_faster_than_it_converts_is_refused(configure):
    with pytest.raises(ConfigError, match=r"interval: a read takes 0\.18"):
        configure(CHIP.format("a", "100ms", "bh1750"))


def test_a_scale_tells_the_bytes_of_question_and_answer(cost_of):
    cost = cost_of(SCALE.format("1s", 9600))

    assert cost.certain_link_s == pytest.approx(len("SI\r\n") * 10 / 9600)
    assert cost.link_s > cost.certain_link_s


def test_a_slow_line_asked_too_often_is_refused(configure):
    with pytest.raises(ConfigError, match=r"link serial:///dev/ttyX needs 1\.33 s of its time"):
        configure(SCALE.format("100ms", 300))


def test_an_overloaded_modbus_line_is_complained_about_once(configure):
    with pytest.raises(ConfigError) as refused:
        configure("".join(METER.format(unit=unit, interval="500ms") for unit in (1, 2, 3, 4, 5)))

    assert len(refused.value.complaints) == 1
    assert "duty cycle" in refused.value.complaints[0]


def test_an_overloaded_network_is_doubted_once(configure):
    link = '{{ type = "tcp", host = "h" }}'
    table = METER.replace('{{ type = "rtu", port = "/dev/ttyX", baudrate = 9600 }}', link)

    config = configure("".join(table.format(unit=unit, interval="20ms") for unit in (1, 2)))

    assert 1 == sum("bus time" in line or "of its time" in line for line in config.warnings)
