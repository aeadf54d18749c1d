"""What an input is held to in the long run is its own cost alone."""

import logging

import pytest
from fuzz.limits import MAX_GROWTH_BYTES, examine_within_limits

log = logging.getLogger(__name__)


def test_an_input_pays_for_no_record_that_is_kept_of_it(caplog):
    examine_within_limits(log.warning, "said %d", 1)
    log.warning("said afterwards")

    assert ["said afterwards"] == [record.getMessage() for record in caplog.records]


def test_a_record_that_has_no_text_is_found():
    with pytest.raises(TypeError):
        examine_within_limits(log.warning, "said %d", "no number")


def test_an_input_that_takes_too_much_memory_is_found():
    with pytest.raises(AssertionError, match="MiB"):
        examine_within_limits(bytes, MAX_GROWTH_BYTES + 1)
