"""What `collector discover` finds on serial lines: Modbus units, where asking is allowed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

from collector import DiscoveryContext, Finding, SourceContext, SourceUnavailableError
from collector_modbus.commissioning.duration import silent_s, spoken
from collector_modbus.commissioning.findings import Found
from collector_modbus.commissioning.hosts import network_link
from collector_modbus.commissioning.open_link import LinkInUse
from collector_modbus.commissioning.remarks import remarks
from collector_modbus.commissioning.speeds import USUAL_SPEEDS
from collector_modbus.commissioning.suggestion import source_tomls
from collector_modbus.commissioning.survey import Survey
from collector_modbus.commissioning.unit_ids import HIGHEST_SERIAL_UNIT
from collector_modbus.errors import LineSettingsError, LinkError
from collector_modbus.profiles.device_library import Library
from collector_modbus.profiles.profile import Profile
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.link import LinkSettings, SerialLink
from collector_modbus.settings.source import ModbusSettings

_UNITS = tuple(range(1, 33))
_TIMEOUT_S = 0.2
_NETWORK_UNITS = (255, *range(1, HIGHEST_SERIAL_UNIT + 1))
"""A device that is in the network itself should have 255 (Messaging on TCP/IP 1.0b, 4.4.2)."""

_NETWORK_TIMEOUT_S = 1.0
"""Gateways wait for units on lines of their own."""

_ASKED = Block(Table.HOLDING, Span(0, 1))

_SIMULATED_PORT = "/dev/serial/by-id/usb-simulated-rs485"
_SIMULATED_UNITS: Mapping[int, str] = {1: "eastron-sdm120", 2: "eastron-sdm630"}


def units(context: DiscoveryContext) -> Iterator[Finding]:
    """Ask the units of each line, and of each host that was named, if that is allowed."""
    if context.is_simulated:
        yield from _simulated(context)
        return
    for port in context.ports:
        links = [SerialLink(type="rtu", port=port, **each._asdict()) for each in USUAL_SPEEDS]
        yield from _at(context, [_patient(link) for link in links], _UNITS, port)
    for place in context.places:
        if "/" not in place:  # else it is among the ports
            yield from _in_network(context, place)


def _in_network(context: DiscoveryContext, place: str) -> Iterator[Finding]:
    try:
        link = network_link(place)
    except ValueError as error:
        context.say(str(error))
        return
    yield from _at(context, [_patient(link, _NETWORK_TIMEOUT_S)], _NETWORK_UNITS, place)


def _at(
    context: DiscoveryContext, links: Sequence[LinkSettings], asked: Sequence[int], place: str
) -> Iterator[Finding]:
    if context.may_ask(place, _announcement(links, asked)):
        yield from _on_line(context, links, asked, place)


def _patient(link: LinkSettings, timeout_s: float = _TIMEOUT_S) -> LinkSettings:
    return link.model_copy(update={"response_timeout": timeout_s})


def _announcement(links: Sequence[LinkSettings], asked: Sequence[int]) -> str:
    longest = spoken(silent_s(links, len(asked)))
    speeds = f" at {len(links)} speeds, until one answers" if len(links) > 1 else ""
    return (
        f"a Modbus read of one register, then what it is if it answers: units {min(asked)} to"
        f" {max(asked)}{speeds}; {longest} if nobody does"
    )


def _on_line(
    context: DiscoveryContext, links: Sequence[LinkSettings], asked: Sequence[int], port: str
) -> Iterator[Finding]:
    """Yield the units of one line; also when it is interrupted.

    Args:
        context: The surroundings.
        links: The line with different settings.
        asked: Whom to ask.
        port: What the line is called in the configuration.
    """
    library = Library()
    profiles = {name: library.load(name) for name in library.names()}
    with LinkInUse(context.clock) as in_use:
        survey = Survey(asked, _ASKED, in_use, context.clock)
        try:
            with suppress(LineSettingsError):  # the sweep takes note of it
                in_use.at(links[0]).open()
            with context.progress(f"{port}: asking units", len(links) * len(asked)) as bar:
                survey.sweep(links, bar.advance, all_links=False)
            with context.progress(f"{port}: identifying", len(survey.found)) as bar:
                survey.identify(profiles, bar.advance)
        except KeyboardInterrupt:
            yield from _findings(survey, profiles, port)
            raise
        except (LinkError, SourceUnavailableError) as error:  # the latter where it hangs
            context.say(f"{port}: {error}")
        yield from _findings(survey, profiles, port)
        for line in remarks(survey.sweeps) if survey.sweeps else ():
            whose = " ('collector modbus scan')" if "--" in line else ""
            context.say(f"{port}: {line}{whose}")


def _findings(survey: Survey, profiles: Mapping[str, Profile], port: str) -> Iterator[Finding]:
    named = [
        replace(found, link=found.link.model_copy(update={"port": port}))
        if isinstance(found.link, SerialLink)
        else found
        for found in survey.found
    ]
    for found, toml in source_tomls(named, profiles):
        yield Finding(title=_title(found, port), toml=toml, place=port)


def _title(found: Found, port: str) -> str:
    text = found.identity.text if found.identity else ""
    return f"Modbus unit {found.presence.unit_id} on {port}: {text or 'does not say what it is'}"


def _simulated(context: DiscoveryContext) -> Iterator[Finding]:
    asked = (*_SIMULATED_UNITS, max(_SIMULATED_UNITS) + 1)
    with _simulated_link(context) as link:
        if context.may_ask(_SIMULATED_PORT, _announcement([link], asked)):
            yield from _on_line(context, [link], asked, _SIMULATED_PORT)


@contextmanager
def _simulated_link(context: DiscoveryContext) -> Iterator[LinkSettings]:
    """Give a line with simulated units."""
    from collector_modbus.kind import ModbusKind  # noqa: PLC0415 - only when it is wanted

    kind = ModbusKind()
    link = _patient(SerialLink(type="rtu", port=_SIMULATED_PORT))
    with ExitStack() as stack:
        reached = link
        for unit_id, profile in _SIMULATED_UNITS.items():
            settings = ModbusSettings(link=link, unit_id=unit_id, profile=profile)
            surroundings = SourceContext(profile, profile, 1.0, context.clock)
            simulator = kind.simulate(settings, surroundings)
            reached = simulator.start().link
            stack.callback(simulator.stop)
        yield reached
