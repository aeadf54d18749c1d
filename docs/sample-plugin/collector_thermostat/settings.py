"""The keys of a thermostat in the configuration."""

from collector import ConfigModel


class ThermostatSettings(ConfigModel):
    host: str
    """The thermostat's address."""

    port: int = 7100
    """Its port."""
