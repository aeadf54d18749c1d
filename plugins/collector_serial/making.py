"""Makes a source from its settings."""

from collector import Source, SourceContext
from collector_serial.connection import Connection
from collector_serial.decode.make import make_decoder
from collector_serial.dialogue.make import make_exchanges, make_main_framer
from collector_serial.listener import SerialListener
from collector_serial.poller import SerialPoller
from collector_serial.port.ports import Ports
from collector_serial.settings.source import SerialSettings


def make_source(settings: SerialSettings, context: SourceContext, ports: Ports) -> Source:
    """Return a source that asks if there is something to be asked, else one that listens.

    Args:
        settings: What it reads.
        context: Its surroundings.
        ports: Those that it shares with other sources.

    Raises:
        ValueError: The settings lack what the format needs.
        ConfigError: The file of the format cannot be used.
    """
    recipe = settings.recipe()
    framer = make_main_framer(recipe)
    connection = Connection(settings, recipe, framer, ports, context.tape)
    exchanges = make_exchanges(recipe, settings, framer)
    if exchanges:
        return SerialPoller(settings, context, connection, exchanges)
    return SerialListener(settings, context, connection, framer, make_decoder(recipe))
