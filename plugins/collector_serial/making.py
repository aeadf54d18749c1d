"""Makes a source from its settings."""

from collector import Source, SourceContext
from collector_serial.connection import Connection
from collector_serial.decode.make import make_decoder
from collector_serial.dialogue.make import make_exchanges, make_main_framer
from collector_serial.settings.source import SerialSettings
from collector_serial.source import SerialListener, SerialPoller


def make_source(settings: SerialSettings, context: SourceContext) -> Source:
    """Return a source that asks if there is something to be asked, else one that listens.

    Raises:
        ValueError: The settings lack what the format needs.
        ConfigError: The file of the format cannot be used.
    """
    recipe = settings.recipe()
    framer = make_main_framer(recipe)
    connection = Connection(settings, recipe, framer)
    exchanges = make_exchanges(recipe, settings, framer)
    if exchanges:
        return SerialPoller(settings, context, connection, exchanges)
    return SerialListener(settings, context, connection, framer, make_decoder(recipe))
