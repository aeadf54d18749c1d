"""What a search has heard besides sound answers, and what to do about it."""

from collections.abc import Iterator, Sequence

from collector_modbus.commissioning.findings import Sweep
from collector_modbus.commissioning.presence import Presence, Sign
from collector_modbus.commissioning.speeds import Speed
from collector_modbus.commissioning.unit_ids import HIGHEST_SERIAL_UNIT
from collector_modbus.settings.link import LinkSettings, SerialLink


def name_of(link: LinkSettings) -> str:
    """Return what tells links of one search apart: the speed of a line, else the type."""
    return str(Speed.of(link)) if isinstance(link, SerialLink) else link.type


def remarks(sweeps: Sequence[Sweep]) -> list[str]:
    """Return a line for each thing that an installer should know."""
    lines = [line for sweep in sweeps for line in _remarks(sweep, sweeps)]
    is_in_vain = not any(sweep.present for sweep in sweeps)
    return [*lines, *_advice(sweeps)] if is_in_vain else lines


def _advice(sweeps: Sequence[Sweep]) -> Iterator[str]:
    """Say what to try where nobody was found."""
    link = sweeps[0].link
    if not isinstance(link, SerialLink):
        yield "try another --type, more --timeout, or --delay-after-connect 1"
        return
    yield "look at the device's supply, try A and B the other way round, try more --timeout"
    asked = max(len(sweep.presences) for sweep in sweeps)
    if asked < HIGHEST_SERIAL_UNIT:
        few = f"{asked} was asked" if asked == 1 else f"{asked} were asked"
        every = f"--units 1-{HIGHEST_SERIAL_UNIT} asks all"
        yield f"of {HIGHEST_SERIAL_UNIT} possible units, {few}: {every}"


def _remarks(sweep: Sweep, sweeps: Sequence[Sweep]) -> Iterator[str]:
    where = name_of(sweep.link)
    if sweep.problem:
        yield f"{where}: left out: {sweep.problem}"
    is_explained = any(other.present for other in sweeps) and not sweep.present
    if not is_explained:  # at a wrong speed, nothing else is to be expected
        yield from (f"{where}: {line}" for line in _heard(sweep))
    if sweep.is_of_one_device:
        yield (
            f"{where}: all {len(sweep.present)} units answer: that is one device which does not"
            " mind the unit id"
        )


def _heard(sweep: Sweep) -> Iterator[str]:
    damaged = _with(sweep, Sign.DAMAGED)
    if damaged:
        yield (
            f"something answers, but not soundly: {_first(damaged)}; try another speed or parity,"
            " look at the wiring, or there are two devices with this unit id"
        )
    if noise := _with(sweep, Sign.NOISE):
        yield noise[0].words
    if sweep.foreign:
        yield (
            f"{sweep.foreign} answers came that nobody had asked for: a second master asks here,"
            " such as a running collector"
        )
    hung_up = _with(sweep, Sign.HUNG_UP)
    if hung_up and not sweep.present:
        yield (
            f"{_first(hung_up)}; perhaps it serves one connection at a time, and another program"
            " has that"
        )


def _with(sweep: Sweep, sign: Sign) -> list[Presence]:
    return [presence for presence in sweep.presences if presence.sign is sign]


def _first(presences: Sequence[Presence]) -> str:
    more = f" (and {len(presences) - 1} more)" if len(presences) > 1 else ""
    return f"{presences[0].words}{more}"
