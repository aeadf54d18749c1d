"""The keys of a wind mast in the configuration."""

from collector import ConfigModel


class WindmastSettings(ConfigModel):
    host: str = "0.0.0.0"
    """The address to listen at."""

    port: int
    """The UDP port that the mast sends to."""
