"""The page on the wire contract is complete and says what the table of the document says."""

import re
from pathlib import Path

import pytest
from contract import decisions, document, vocabulary

from collector.wire import payload, requests

PAGE = (Path(__file__).parents[2] / "docs" / "wire-contract.md").read_text(encoding="utf-8")


def rows_under(heading):
    """Return the cells of each table row between a heading and the next one."""
    section = re.split(rf"^#+ {heading}$", PAGE, flags=re.MULTILINE)[1]
    section = re.split(r"^#+ ", section, flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return {cells[0]: cells[1:] for cells in map(cells_of, lines[2:])}


def cells_of(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def short(topic):
    sensor, client = "/:version/:clientId/sensor/:sensorId", "/:version/:clientId"
    return topic.replace(sensor, "S").replace(client, "P").replace(":version", document.VERSION)


@pytest.mark.parametrize("row", document.REQUESTS, ids=lambda row: row.name)
def test_topics_of_every_request_are_listed(row):
    section, request, reply, error = rows_under("Topics")[row.name]

    assert row.section == section
    assert f"`{short(row.topic)}`" == request
    for printed, listed in ((row.reply_topic, reply), (row.error_topic, error)):
        if printed:
            assert f"`{short(printed)}`" == listed
        else:
            assert listed.startswith("none")


def test_topics_of_the_enrolment_are_listed():
    row = document.CREATE_CLIENT

    expected = [f"`{short(t)}`" for t in (row.topic, row.reply_topic, row.error_topic)]
    assert [row.section, *expected] == rows_under("Topics")["create client"]
    assert {str(document.PROVISION_PORT), str(document.PORT)} == set(
        rows_under("Connection")["port"]
    )


def test_older_topics_are_listed():
    listed = rows_under("Older topics")

    assert f"`{decisions.OLDER_CREATE_CLIENT}`" in listed["create client"][0]
    for older in decisions.OLDER_TOPICS:
        assert f"`{short(older.topic)}`" == listed[older.name][0]
    for older in decisions.OLDER_REPLIES:
        for topics, cell in zip((older.replies, older.errors), listed[older.name][1:], strict=True):
            assert [short(topic) for topic in topics] == re.findall("`([^`]+)`", cell)


@pytest.mark.parametrize("word", decisions.RESERVED_SENSOR_IDS)
def test_reserved_words_are_named(word):
    assert f"`{word}`" in PAGE


def test_error_codes_are_listed_under_their_names():
    listed = rows_under("Error codes")

    assert vocabulary.ERROR_CODES == {int(code): cells[0] for code, cells in listed.items()}
    assert all(cells[1] for cells in listed.values())


def test_units_and_types_are_listed():
    named = re.findall(r"`((?:No)?SI\.[^`]+)`", PAGE)

    assert list(vocabulary.VALUE_UNITS) == named
    assert all(f"`{kind}`" in PAGE for kind in vocabulary.VALUE_TYPES)


def test_sentences_of_success_are_quoted():
    text = " ".join(PAGE.split())

    for row in document.REQUESTS:
        if row.printed_reply:
            assert f"{row.printed_reply} ({row.name})" in text


def test_every_contradiction_is_decided_for_both_sides():
    listed = rows_under("Contradictions and gaps")

    assert set(decisions.CONTRADICTIONS) == listed.keys()
    assert all(len(cells) == 3 and all(cells) for cells in listed.values())


def test_limits_are_those_of_the_code():
    rule = rows_under("Messages")

    assert (
        f"{payload.MAX_PAYLOAD_BYTES // 1024} KiB and {payload.MAX_DEPTH} levels" in rule["any"][0]
    )
    assert rule["metrics"] == [f"1 to {requests.MAX_METRICS} in one message"]
