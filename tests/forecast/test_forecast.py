"""What a configuration will cost, from its rates, sizes and limits."""

import math

import pytest

from collector.forecast.feasibility import doubts, problems
from collector.forecast.forecast import make_forecast
from collector.forecast.reads import Measured
from collector.forecast.samples import packet_bytes
from collector.plugin.cost import ReadCost
from collector.plugin.source import Metric
from collector.testkit.clock import FakeClock

PROBE = '[[source]]\nplugin = "probe"\nsensor = "{}"\ninterval = "{}"\n'
TALKER = '[[source]]\nplugin = "talker"\nsensor = "talker"\ninterval = "0s"\n'
DEADBAND = '[[source.transform]]\ntype = "deadband"\nmetric = "{}"\nabsolute = 1\n{}'
WINDOW = '[[source.transform]]\ntype = "window"\nmetric = "*"\nperiod = "60s"\n'


def forecast_of(config, **options):
    return make_forecast(config, FakeClock(), **options)


def test_messages_and_fences_follow_from_the_intervals(configure):
    found = forecast_of(configure(PROBE.format("a", "10s"), PROBE.format("b", "1s")))

    assert found.most.messages == pytest.approx(86400 + 8640)
    assert found.most.fences == pytest.approx(86400)  # the two are ready together every 10 s
    assert found.least == found.most


def test_reads_that_keep_to_no_round_instants_have_fences_of_their_own(configure):
    loose = PROBE.format("b", "10s") + "align = false\n"

    found = forecast_of(configure(PROBE.format("a", "10s"), loose))

    assert found.most.fences == pytest.approx(2 * 8640, rel=0.01)


def test_the_figures_of_the_collector_itself_count(configure):
    found = forecast_of(configure(tables='[figures]\ninterval = "60s"\n'))

    assert found.most.messages == pytest.approx(1440, rel=0.02)


def test_sources_that_share_a_sensor_send_one_message(configure):
    shared = PROBE.format("a", "10s") + 'timestamp = "tick"\n'

    found = forecast_of(
        configure(shared + 'name = "x"\n', shared + 'name = "y"\nmetrics = ["humidity"]\n')
    )

    assert found.most.messages == pytest.approx(8640)
    assert found.most.fences == pytest.approx(8640)


@pytest.mark.parametrize(
    ("transform", "least", "most"),
    [
        (WINDOW, 1440, 1440),
        (DEADBAND.format("*", ""), 0, 8640),
        (DEADBAND.format("*", 'max_period = "60s"\n'), 1440, 8640),
        (DEADBAND.format("*", 'min_period = "60s"\n'), 0, 2880),
        (DEADBAND.format("temperature", ""), 8640, 8640),
        ('[[source.transform]]\ntype = "scale"\nmetric = "*"\nfactor = 2\n', 8640, 8640),
        ('[[source.transform]]\ntype = "range"\nmetric = "*"\nminimum = 0\n', 0, 8640),
        (WINDOW.replace('"*"', '"temperature"'), 8640 + 1440, 8640 + 1440),
    ],
)
def test_transforms_are_bounds(configure, transform, least, most):
    two = PROBE.format("a", "10s") + 'metrics = ["temperature", "humidity"]\n'

    found = forecast_of(configure(two + transform))

    [sensor] = found.sensors
    assert sensor.least_messages == pytest.approx(least)
    assert sensor.most_messages == pytest.approx(most)
    assert found.least.bytes <= found.most.bytes


def test_a_source_that_talks_by_itself_is_unknown_until_it_is_measured(configure):
    config = configure(TALKER)
    line = (Metric(id="line"),)
    heard = {("talker", ""): Measured(interval_s=0.5, values={"line": 1.0}, metrics=line)}

    before, after = forecast_of(config), forecast_of(config, measured=heard)

    assert before.most.messages == 0
    assert ["talker: talks by itself, how often is not known: --measure listens"] == before.remarks
    assert after.most.messages == pytest.approx(172800)
    assert after.remarks == []


def test_a_source_that_shows_more_once_it_is_open_says_so_until_it_is_measured(configure, costs):
    costs.cost = ReadCost(metrics=("temperature",), has_more=True)
    config = configure(PROBE.format("a", "1s"))
    measured = {("a", ""): Measured(took_s=0.1, values={"temperature": 1.0})}

    before, after = forecast_of(config), forecast_of(config, measured=measured)

    told = ["a: more of its metrics are known when it is open: --measure opens it"]
    assert told == before.remarks
    assert [] == after.remarks


def test_what_was_measured_counts_only_where_nothing_is_computed(configure, costs):
    config = configure(PROBE.format("a", "1s"))
    trial = {("a", ""): Measured(took_s=0.25)}

    unknown = forecast_of(config).links[0]
    measured = forecast_of(config, measured=trial).links[0]
    costs.cost = ReadCost(link_s=0.125)
    computed = forecast_of(config, measured=trial).links[0]

    assert (1, 0.0) == (unknown.unknown, unknown.duty_cycle)
    assert [0.25, 0.125] == [measured.duty_cycle, computed.duty_cycle]


def test_a_link_is_busy_for_all_its_reads(configure, costs):
    costs.cost = ReadCost(link_s=0.1)

    [link] = forecast_of(configure(PROBE.format("a", "1s"), PROBE.format("b", "500ms"))).links

    assert link.duty_cycle == pytest.approx(0.3)


def test_the_spool_holds_as_long_as_its_bytes_last(configure):
    tables = '[spool]\nmax_bytes = "8MiB"\nsync = "1h"\n'

    stored = forecast_of(configure(PROBE.format("a", "1s"), tables=tables)).storage

    assert stored.spool_hours == pytest.approx(
        (8 - 1) * 2**20 / stored.record_bytes / 3600, rel=0.01
    )
    assert stored.memory_hours == pytest.approx(10_000 / 3600, rel=0.01)


def test_what_syncs_fill_up_takes_room_from_the_spool(configure):
    metrics = ", ".join(f'"m{number:02d}"' for number in range(90))
    large = PROBE.format("a", "1s") + f"metrics = [{metrics}]\n"

    seldom, often = (
        forecast_of(configure(large, tables=f'[spool]\nsync = "{sync}"\n')).storage
        for sync in ("1h", "5s")
    )

    synced = 5 * (seldom.record_bytes - 6)  # an index takes the rest
    filled = math.ceil(synced / 4096) * 4096 + 5 * 6
    assert 0.5 * synced > filled - synced
    assert often.spool_hours == pytest.approx(
        seldom.spool_hours * 5 * seldom.record_bytes / filled, rel=0.01
    )


def test_each_account_that_has_changed_stands_once_in_a_record_of_the_journal(configure):
    sources = [PROBE.format(name, "1s") for name in ("a", "b")]

    one, two = (forecast_of(configure(*sources[:count])).storage for count in (1, 2))
    record_bytes = one.record_bytes * 86400

    assert two.healthy_bytes - one.healthy_bytes == pytest.approx(
        record_bytes + 86400 * 45, rel=0.1
    )


def test_little_free_space_bounds_the_spool(configure):
    stored = forecast_of(configure(PROBE.format("a", "1s")), free_bytes=10 * 2**20).storage

    assert stored.spool_bytes == 2**20


def test_without_readings_every_outage_is_held(configure):
    stored = forecast_of(configure()).storage

    assert math.isinf(stored.spool_hours)
    assert stored.outage_bytes == 0


def test_a_shorter_sync_writes_more_in_an_outage_alone(configure):
    often, seldom = (
        forecast_of(configure(PROBE.format("a", "1s"), tables=f'[spool]\nsync = "{sync}"\n'))
        for sync in ("1s", "30s")
    )

    assert often.storage.outage_bytes > 2 * seldom.storage.outage_bytes
    assert often.storage.healthy_bytes == seldom.storage.healthy_bytes


def test_a_spool_that_is_off_writes_and_holds_nothing(configure):
    stored = forecast_of(
        configure(PROBE.format("a", "1s"), tables='[spool]\nmode = "off"\n')
    ).storage

    assert (0, 0.0, 0.0) == (stored.spool_bytes, stored.healthy_bytes, stored.outage_bytes)


def test_isolated_sources_take_memory_of_their_own(configure):
    here = configure(PROBE.format("a", "1s") + 'isolation = "thread"\n')
    there = configure(PROBE.format("a", "1s") + 'isolation = "process"\n')

    assert (
        forecast_of(there).memory.healthy_bytes > forecast_of(here).memory.healthy_bytes + 5 * 2**20
    )


def test_more_messages_than_any_machine_sends_are_a_problem(configure):
    fast = [PROBE.format(f"s{number}", "10ms") for number in range(60)]
    config = configure(*fast)
    many = configure(*fast, *(PROBE.format(f"t{number}", "10ms") for number in range(500)))

    assert problems(config, forecast_of(config)) == []
    assert ["6000 messages a second are more than small machines send"] == [
        line.partition(",")[0] for line in doubts(config, forecast_of(config))
    ]
    assert ["56000 messages a second are more than any machine sends"] == [
        line.partition(":")[0] for line in problems(many, forecast_of(many))
    ]


def test_a_spool_without_room_for_a_segment_is_doubtful(configure):
    config = configure(PROBE.format("a", "1s"))
    free_bytes = 100_000

    [doubt] = doubts(config, forecast_of(config, free_bytes=free_bytes), free_bytes)

    assert doubt.startswith("the spool may take 10000 bytes")


def test_a_reading_larger_than_the_spool_is_a_problem(configure):
    names = ", ".join(f'"{"m" * 27}{number:05d}"' for number in range(3000))
    large = PROBE.format("a", "1s") + f"metrics = [{names}]\n"
    config = configure(large, tables='[spool]\nmax_bytes = "64KiB"\n')

    [problem] = problems(config, forecast_of(config))

    assert problem.startswith("spool.max_bytes: one reading takes ")


@pytest.mark.parametrize(("rest", "length_bytes"), [(127, 1), (128, 2), (16383, 2), (16384, 3)])
def test_the_length_of_a_packet_takes_seven_bits_a_byte(rest, length_bytes):
    payload = b"x" * (rest - 2 - 1 - 2)

    assert packet_bytes("t", payload) == 1 + length_bytes + rest
