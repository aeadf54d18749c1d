"""What `collector discover` hears on serial ports: instruments that talk by themselves."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from collector import (
    Deadline,
    DiscoveryContext,
    Finding,
    SourceContext,
    SourceFaultError,
    SourceUnavailableError,
)
from collector_serial.commands.guess import Guess, guesses, parity_of
from collector_serial.commands.hint import framing_hint
from collector_serial.commands.show import suggestion, values_line
from collector_serial.commands.sniff import BAUDRATES
from collector_serial.port.adapter import steady_name_of
from collector_serial.port.holder import holder_of
from collector_serial.port.opening import PortOptions
from collector_serial.port.port import Port
from collector_serial.settings.source import SerialSettings

_LISTEN_S = 3.0
"""Most instruments that talk by themselves do so every second or two."""

_LONGEST_S = 2.5
_ENOUGH_BYTES = 200
_WAIT_S = 0.25

_SIMULATED_PORT = "/dev/serial/by-id/usb-simulated-gps"
_SIMULATED_FORMAT = "nmea"
_SIMULATED_TALK: Mapping[str, object] = MappingProxyType({"every": "200ms"})


def instruments(context: DiscoveryContext) -> Iterator[Finding]:
    """Listen to each port; nothing is ever sent."""
    if context.is_simulated:
        with _simulated(context) as node:
            yield from _on_port(context, node, _SIMULATED_PORT)
        return
    for port in context.ports:
        holder = holder_of(Path(port))
        if holder:
            # A finding, so that no other kind asks there either.
            yield Finding(title=f"{port}: left alone, {holder} has it", place=port)
        else:
            yield from _on_port(context, port, steady_name_of(Path(port)) or port)


def _on_port(context: DiscoveryContext, node: str, name: str) -> Iterator[Finding]:
    context.say(f"{name}: listening, at {len(BAUDRATES)} speeds if anything comes; sends nothing")
    try:
        with context.progress(f"{name}: listening", len(BAUDRATES)) as bar:
            for baudrate in BAUDRATES:
                bar.advance(note=f"{baudrate} Bd")
                heard = _heard(context, node, baudrate)
                found = guesses(heard) if heard else []
                if found and found[0].is_convincing:
                    yield _finding(node, name, baudrate, heard, found[0])
                    return
                if not heard:  # silence is silence at any speed
                    return
    except (SourceUnavailableError, SourceFaultError) as error:
        context.say(f"{name}: {error}")
        return
    hint = framing_hint(heard) or "nor do they look framed"
    yield Finding(title=f"something talks on {name}, in no known format: {hint}", place=node)


def _finding(node: str, name: str, baudrate: int, heard: bytes, guess: Guess) -> Finding:
    said = values_line(guess.values)
    return Finding(
        title=f"{guess.format} at {baudrate} Bd on {name}, says {said}",
        toml=suggestion(name, baudrate, parity_of(heard), guess),
        place=node,
    )


def _heard(context: DiscoveryContext, node: str, baudrate: int) -> bytes:
    """Return what comes, until that is enough to tell what it is."""
    heard = b""
    until = Deadline.after(context.clock, _LISTEN_S)
    with contextlib.closing(Port(PortOptions(path=node, baudrate=baudrate))) as port:
        while not until.has_passed() and len(heard) < _ENOUGH_BYTES:
            piece = port.read(min(_WAIT_S, until.remaining_s()))
            if piece and not heard:
                until = Deadline.after(context.clock, _LONGEST_S)
            heard += piece
    return heard


@contextlib.contextmanager
def _simulated(context: DiscoveryContext) -> Iterator[str]:
    """Give the node of a simulated instrument."""
    from collector_serial.simulator.simulator import SerialSimulator  # noqa: PLC0415

    settings = SerialSettings.model_validate(
        {
            "port": _SIMULATED_PORT,
            "format": _SIMULATED_FORMAT,
            "simulate": dict(_SIMULATED_TALK),
        }
    )
    surroundings = SourceContext("instrument", "instrument", 0.0, context.clock)
    simulator = SerialSimulator(settings, surroundings)
    node = simulator.start().port
    try:
        yield node
    finally:
        simulator.stop()
