"""The keys of a serial source, and the formats behind them."""

import re

import pytest
from pydantic import ValidationError

from collector import ConfigError, ConfiguredSource
from collector_serial.formats.catalogue import format_named, format_names
from collector_serial.kind import check
from collector_serial.listener import SerialListener
from collector_serial.making import make_source
from collector_serial.poller import SerialPoller
from collector_serial.port.ports import Ports
from collector_serial.settings.octets import octets
from collector_serial.settings.source import SerialSettings


def settings(**said):
    return SerialSettings.model_validate({"port": "/dev/none", **said})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("SI\r\n", b"SI\r\n"), ("hex:AA C0", b"\xaa\xc0"), ("hex:", b""), ("\x02é", b"\x02\xe9")],
)
def test_bytes_are_written_as_text_or_digits(text, expected):
    assert expected == octets(text)


@pytest.mark.parametrize("text", ["hex:A", "hex:XY", "€"])
def test_what_is_no_bytes_is_refused(text):
    with pytest.raises(ValueError, match=r"hexadecimal digits|is no byte"):
        octets(text)


def test_a_format_that_is_not_known_is_told_with_the_nearest():
    with pytest.raises(ValidationError, match="no 'nmae', did you mean 'nmea'"):
        settings(format="nmae")


@pytest.mark.parametrize("said", [{}, {"format": "nmea", "format_file": "/x.toml"}])
def test_a_format_or_a_file_is_needed(said):
    with pytest.raises(ValidationError, match=r"format.* or( else a)? format_file"):
        settings(**said)


@pytest.mark.parametrize("name", format_names())
def test_every_format_has_a_line_for_people(name):
    assert re.fullmatch(r"[^\n]{10,100}", format_named(name).summary)


def test_what_the_user_says_stands_in_place_of_the_format():
    recipe = settings(format="mbus", baudrate=9600, parity="N").recipe()

    assert (9600, "N", "mbus") == (recipe.baudrate, recipe.parity, recipe.dialogue)


def test_what_the_user_does_not_say_is_the_format_s():
    recipe = settings(format="mbus").recipe()

    assert (2400, "E") == (recipe.baudrate, recipe.parity)


def test_a_format_may_be_a_file_of_the_user(tmp_path):
    file = tmp_path / "probe.toml"
    file.write_text('summary = "A probe"\ndecode = "number"\nframing = { type = "lines" }\n')

    assert "A probe" == settings(format_file=file).recipe().summary


def test_a_file_that_is_no_format_is_complained_about_with_its_place(tmp_path):
    file = tmp_path / "probe.toml"
    file.write_text('summary = "A probe"\ndecod = "number"\n')

    with pytest.raises(ConfigError, match=r"probe\.toml:2:1: decod"):
        settings(format_file=file).recipe()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"format": "binary", "field": [{"metric": "x", "at": 0}]}, "framing: is needed"),
        ({"format": "regex"}, "pattern: regex needs one"),
        ({"format": "scpi"}, "request: "),
    ],
)
def test_what_a_format_needs_is_told_when_the_source_is_made(said, words, context):
    with pytest.raises(ValueError, match=words):
        make_source(settings(**said), context, Ports())


def test_a_device_with_requests_is_asked_and_any_other_is_listened_to(context):
    start = {"send": "START\r\n", "at_open": True}
    ask = {"send": "READ?\n"}

    def kind(**said):
        return type(make_source(settings(**said), context, Ports()))

    assert kind(format="nmea") is SerialListener
    assert kind(format="number", request=[start]) is SerialListener
    assert kind(format="number", request=[ask]) is SerialPoller
    assert kind(format="mbus") is SerialPoller


def test_requests_have_groups_with_intervals_of_their_own(context):
    requests = [
        {"send": "V?\n", "metric": "voltage"},
        {"send": "T?\n", "metric": "temperature", "group": "slow"},
    ]
    source = make_source(
        settings(format="scpi", request=requests, intervals={"slow": "5min"}), context, Ports()
    )

    assert [("", None), ("slow", 300.0)] == [(g.name, g.interval_s) for g in source.groups]


def test_an_interval_needs_its_group():
    with pytest.raises(ValidationError, match="no request belongs to the group 'slow'"):
        settings(format="scpi", request=[{"send": "V?\n"}], intervals={"slow": "5min"})


def test_the_port_is_the_link(context):
    assert "serial:///dev/none" == make_source(settings(format="nmea"), context, Ports()).link


def test_only_the_metrics_that_are_wanted_are_offered(context):
    source = make_source(settings(format="nmea", only=["l*"], count_frames=True), context, Ports())

    assert ["latitude", "longitude", "damaged_frames"] == [metric.id for metric in source.metrics]


@pytest.mark.parametrize(
    "framing",
    [
        {"type": "marked", "start": "", "length": 5},
        {"type": "marked", "start": "A"},
        {"type": "marked", "start": "A", "length": 5, "length_at": 1},
        {"type": "marked", "start": "A", "length": 5, "also": {"x": "B"}},
        {"type": "stuffed", "flag": "AB"},
        {"type": "fixed", "length": 0},
        {"type": "elsewhere"},
    ],
)
def test_a_framing_that_cannot_be_is_refused(framing):
    with pytest.raises(ValidationError):
        settings(format="binary", framing=framing)


@pytest.mark.parametrize(
    "field",
    [
        {"metric": "x", "bit": 1, "mask": 2},
        {"metric": "x", "at": 1, "format": "bcd"},
        {"metric": "x", "order": "little", "word_order": "little"},
        {"metric": "x", "enum": {"0": "off"}, "unit": "V"},
        {"metric": "a/b"},
    ],
)
def test_a_field_that_cannot_be_is_refused(field):
    with pytest.raises(ValidationError):
        settings(format="binary", field=[field])


def configured(context, name, **said):
    own = settings(**said)
    return ConfiguredSource(
        name=name,
        sensor=name,
        settings=own,
        interval_s=1.0,
        timeout_s=1.0,
        source=make_source(own, context, Ports()),
    )


def test_a_source_beside_one_that_listens_for_ever_is_complained_about(context):
    sources = [
        configured(context, "meter", format="mbus"),
        configured(context, "receiver", format="nmea"),
        configured(context, "elsewhere", format="nmea", port="/dev/other"),
    ]

    [complaint] = check(sources)

    assert ("meter", ("port",)) == (complaint.source, complaint.path)
    assert "/dev/none is never free: the source 'receiver' listens to it" == complaint.message


def test_sources_that_ask_may_share_a_port(context):
    sources = [configured(context, name, format="mbus") for name in ("one", "two")]

    assert [] == list(check(sources))
