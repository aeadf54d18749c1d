"""``collector serial sniff``: what comes over a port, and what it may be."""

import argparse
import contextlib

from collector import CommandContext, Deadline, UsageError
from collector_serial.commands.arguments import baudrate_of, bytes_of, seconds_of
from collector_serial.commands.guess import Guess, guesses, parity_of
from collector_serial.commands.hint import framing_hint
from collector_serial.commands.show import hex_lines, suggestion, values_line
from collector_serial.decode.decoder import BadFrameError, NoValueError
from collector_serial.decode.make import make_decoder
from collector_serial.dialogue.make import make_main_framer
from collector_serial.formats.catalogue import format_named, format_names
from collector_serial.port.opening import PortOptions
from collector_serial.port.port import Port
from collector_serial.reader import FrameReader

SUMMARY = "show the bytes of a port as they come, and guess baudrate and format"

BAUDRATES = (9600, 115_200, 19_200, 57_600, 38_400, 4800, 2400, 1200, 300)
"""The most likely first."""

_LOOK_S = 2.5
_ENOUGH_BYTES = 200
_WAIT_S = 0.25
_NOTHING_CAME = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("port", metavar="PORT", help="the device node; see collector serial ports")
    parser.add_argument("--baudrate", type=baudrate_of, help="do not guess the speed")
    parser.add_argument("--parity", choices=["N", "E", "O"], default="N", help="default: N")
    parser.add_argument("--format", choices=format_names(), help="show the values of this format")
    parser.add_argument(
        "--send", type=bytes_of, default=b"", help=r"send this first: 'SI\r\n' or hex:FF 01"
    )
    parser.add_argument("--seconds", type=seconds_of, default=10.0, help="how long; default: 10")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Look, print, guess."""
    if arguments.format:
        return _show_values(arguments, context)
    best: tuple[int, bytes, list[Guess]] | None = None
    for baudrate in (arguments.baudrate,) if arguments.baudrate else BAUDRATES:
        heard = _heard(arguments, context, baudrate)
        if not heard:  # silence is silence at any speed
            break
        found = guesses(heard)
        if best is None or _score(found) > _score(best[2]):
            best = baudrate, heard, found
        if found and found[0].is_convincing:
            break
    return _conclude(arguments.port, best, context)


def _score(found: list[Guess]) -> float:
    return found[0].score if found else 0.0


def _conclude(
    port: str, best: tuple[int, bytes, list[Guess]] | None, context: CommandContext
) -> int:
    if best is None:
        context.print("nothing came: does the device have to be asked? try --send")
        return _NOTHING_CAME
    baudrate, heard, found = best
    context.print()
    if not found:
        context.print(f"{len(heard)} bytes, and no format that is known makes sense of them")
        context.print(framing_hint(heard) or "nor do they look framed: is the baudrate right?")
        return 0
    for guess in found[:3]:
        context.print(f"{guess.format}: {guess.frames} frames at {baudrate}, {guess.score:.0%}")
        context.print(f"  {values_line(guess.values)}")
    context.print()
    context.print(suggestion(port, baudrate, parity_of(heard), found[0]))
    return 0


def _heard(arguments: argparse.Namespace, context: CommandContext, baudrate: int) -> bytes:
    """Return what comes in some seconds, printed as it comes.

    Where the speed is guessed, it looks no longer than is needed to tell whether it is right.
    """
    context.print(f"{arguments.port} at {baudrate}:")
    heard, looked_at = b"", 0
    until = Deadline.after(context.clock, arguments.seconds)
    with contextlib.closing(_open(arguments, baudrate)) as port:
        while not until.has_passed():
            piece = port.read(min(_WAIT_S, until.remaining_s()))
            for line in hex_lines(piece, len(heard)):
                context.print(line)
            if piece and not heard and arguments.baudrate is None:
                until = Deadline.after(context.clock, _LOOK_S)
            heard += piece
            if arguments.baudrate is None and len(heard) - looked_at >= _ENOUGH_BYTES:
                looked_at = len(heard)
                if any(guess.is_convincing for guess in guesses(heard)):
                    break
    return heard


def _show_values(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Print what each frame of a format says."""
    recipe = format_named(arguments.format)
    try:
        framer, decoder = make_main_framer(recipe), make_decoder(recipe)
    except ValueError as error:
        raise UsageError(f"{arguments.format} needs more than its name: {error}") from error
    count = 0
    with contextlib.closing(
        _open(arguments, arguments.baudrate or recipe.baudrate or 9600)
    ) as port:
        reader = FrameReader(port.read, framer)
        until = Deadline.after(context.clock, arguments.seconds)
        while not until.has_passed():
            for frame in reader.frames(min(_WAIT_S, until.remaining_s())):
                count += 1
                try:
                    context.print(values_line(decoder.decode(frame).values))
                except (BadFrameError, NoValueError) as error:
                    context.print(f"a frame {error}")
    context.print(f"{count} frames, {framer.damaged} damaged, {framer.skipped_bytes} bytes between")
    return 0 if count else _NOTHING_CAME


def _open(arguments: argparse.Namespace, baudrate: int) -> Port:
    parity = arguments.parity
    bytesize = 8 if parity == "N" else 7
    options = PortOptions(path=arguments.port, baudrate=baudrate, parity=parity, bytesize=bytesize)
    port = Port(options)
    if arguments.send:
        port.write(arguments.send)
    return port
