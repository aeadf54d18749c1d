"""The parser of the command line: complaints in one line, and exit code 64."""

import argparse
from typing import Any, NoReturn

from collector.errors import UsageError


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of printing its usage and leaving.

    Options have to be written out: an abbreviation may stop working when an option is added.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of ArgumentParser
        super().__init__(**{"allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the command line.

        Raises:
            UsageError: Always.
        """
        raise UsageError(message, f"try '{self.prog} --help'")


def seconds(text: str) -> float:
    """Return an argument that is a number of seconds, 0 or more.

    Raises:
        ArgumentTypeError: It is none.
        ValueError: It is no number at all.
    """
    number = float(text)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError("must be a number of seconds")
    return number


def words(text: str) -> str:
    """Return an argument that the agent is to be told.

    Raises:
        ArgumentTypeError: Its bytes are no UTF-8 text, so that no message can hold it.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("must be text in UTF-8") from None
    return text
