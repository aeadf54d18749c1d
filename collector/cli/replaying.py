"""Options of the commands that can play a recording."""

import argparse
import sys
from pathlib import Path

from collector.capture.devices import SIMULATED, Replay, Simulation
from collector.capture.reading import load_recording
from collector.errors import UsageError

MAX_SPEED = 1000.0


def add_replay(parser: argparse.ArgumentParser) -> None:
    """Add ``--replay FILE`` and ``--replay-speed N``, which go with ``--simulate``."""
    parser.add_argument(
        "--replay",
        type=Path,
        metavar="FILE",
        help="with --simulate: devices that answer as in this recording of 'collector record'",
    )
    parser.add_argument(
        "--replay-speed",
        type=_speed,
        default=1.0,
        metavar="N",
        help="play so many times faster than it was recorded (default: 1)",
    )


def simulation(replay: Path | None, speed: float, *, simulate: bool) -> Simulation:
    """Return what makes the devices of a run with these options.

    Raises:
        UsageError: There is a recording to be played, and no ``--simulate``.
        ConfigError: The recording cannot be read or is damaged.
    """
    if replay is None:
        return SIMULATED
    if not simulate:
        raise UsageError("--replay takes the place of real devices: give --simulate as well")
    recording = load_recording(replay)
    if recording.is_cut:
        print(f"{replay}: its last line is not whole, and is left out", file=sys.stderr)
    return Replay(recording, speed)


def _speed(text: str) -> float:
    number = float(text)
    if not 0 < number <= MAX_SPEED:
        raise argparse.ArgumentTypeError(f"must be more than 0, and at most {MAX_SPEED:g}")
    return number
