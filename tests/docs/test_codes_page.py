"""The page of codes, causes and states has each of them, and what is done is what the code does."""

import re

import pytest
from markdown_pages import ROOT

from collector import cli, errors, ledger
from collector.client import provisioning
from collector.publishing.verdicts import INVENTORY_ACTIONS, PUSH_ACTIONS
from collector.status import DeliveryState, SourceState
from collector.wire.errors import ErrorCode

PAGE = (ROOT / "docs" / "codes.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def rows(section):
    """Return the cells of a section's table, without its head."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_each_error_code_is_there_with_what_is_done_on_it():
    expected = [
        [str(int(code)), f"`{code.name}`", PUSH_ACTIONS[code].value, INVENTORY_ACTIONS[code].value]
        for code in ErrorCode
    ]

    told = rows("Error codes of the agent")

    assert expected == [
        [number, name, push, inventory] for number, name, _, push, inventory in told
    ]
    assert all(words for _, _, words, _, _ in told)


def test_the_codes_that_end_an_enrolment_are_named():
    [named] = re.findall(r"At enrolment codes (.+?) say", PAGE, re.DOTALL)

    assert sorted(provisioning._OUR_REQUEST_IS_BAD) == [int(n) for n in re.findall(r"\d+", named)]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("Why values were refused", ledger.RefusalReason),
        ("Why values were dropped", ledger.DropCause),
        ("States of a source", SourceState),
        ("States of the way to the agent", DeliveryState),
    ],
)
def test_each_word_is_there_once_and_explained(section, words):
    told = rows(section)

    assert [f"`{word.value}`" for word in words] == [word for word, _ in told]
    assert all(meaning for _, meaning in told)


def test_each_reason_for_a_refused_connection_is_there():
    assert [reason.value for reason in errors.RefusalReason] == [
        reason for reason, _ in rows("Why a connection was refused")
    ]


def test_each_exit_code_is_there():
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    codes = {each.exit_code for each in classes if issubclass(each, errors.CollectorError)}
    of_the_command_line = {0, cli.EXIT_USAGE, cli.EXIT_INTERRUPTED, cli.EXIT_BROKEN_PIPE}

    assert sorted(codes | of_the_command_line) == [int(code) for code, _ in rows("Exit codes")]
