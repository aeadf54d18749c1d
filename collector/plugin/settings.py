"""The base of every settings model, and the types that settings share."""

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    WithJsonSchema,
    model_validator,
)

from collector.plugin.toml_types import typed
from collector.wire.ids import RESERVED_SENSOR_IDS, is_metric_id, is_sensor_id

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST_S = 36500 * 86400.0
"""What waits for it takes no more than 292 years (`threading.TIMEOUT_MAX`)."""
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|KiB|MB|MiB|GB|GiB)")
_BYTES = {
    "B": 1,
    "kB": 1000,
    "KiB": 1024,
    "MB": 1000**2,
    "MiB": 1024**2,
    "GB": 1000**3,
    "GiB": 1024**3,
}


class ConfigModel(BaseModel):
    """Base of settings: no guessing of types, no unknown keys, no NaN, frozen after loading.

    Arrays become the tuples or sets, and strings the paths or enumeration members, that a field
    asks for; apart from that ``"5"`` is no number and ``1`` is not true.

    A relative path is relative to the directory of the configuration file. When that was loaded,
    and every validator of the model has run, it is made absolute; ``~`` is the home directory.

    Document each field with a string literal below it; the text becomes the description in
    `collector plugins schema` and in the editor.
    """

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        validate_default=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _typed(cls, table: Any) -> Any:  # noqa: ANN401 - runs before any type is known
        if not isinstance(table, dict):
            return table
        annotations = {
            info.alias or name: info.annotation for name, info in cls.model_fields.items()
        }
        return {key: typed(annotations.get(key), value) for key, value in table.items()}


def seconds(value: Any) -> Any:  # noqa: ANN401 - runs before any type is known
    """Turn ``"250ms"``, ``"10s"``, ``"5min"``, ``"1h"``, ``"30d"`` into seconds."""
    if value == 0:
        return 0.0
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            f'{value!r} is no duration with a unit: write "250ms", "10s", "5min", "1h" or "30d"'
        )
    duration_s = float(match[1]) * _SECONDS[match[2]]
    if duration_s > _LONGEST_S:
        raise ValueError(f"{value!r} is longer than a hundred years")
    return duration_s


def byte_count(value: Any) -> Any:  # noqa: ANN401 - runs before any type is known
    """Turn ``"16MiB"`` into a number of bytes; a bare integer is bytes already."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError('must be a size such as "16MiB", "500kB" or a number of bytes')
    return int(float(match[1]) * _BYTES[match[2]])


def sensor_id(value: str) -> str:
    """Refuse what the contract does not allow as a sensor id."""
    if value in RESERVED_SENSOR_IDS:
        raise ValueError(f"{value!r} is a word of the agent's topics and cannot name a sensor")
    if not is_sensor_id(value):
        raise ValueError(_ID_RULE.format(value=value))
    return value


def metric_id(value: str) -> str:
    """Refuse what the contract does not allow as a metric id."""
    if not is_metric_id(value):
        raise ValueError(_ID_RULE.format(value=value))
    return value


_ID_RULE = "{value!r} is no id: use 1 to 32 letters, digits, spaces, '_' or '-'"

Duration = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema({"type": "string", "examples": ["10s", "250ms"]}),
]
"""Seconds, written with a unit: ``"250ms"``, ``"10s"``, ``"5min"``, ``"1h"``, ``"30d"``."""

ByteSize = Annotated[
    int, BeforeValidator(byte_count), WithJsonSchema({"type": ["string", "integer"]})
]
"""Bytes, written as ``"16MiB"`` or as a number."""

SensorId = Annotated[str, AfterValidator(sensor_id)]
"""A sensor id of the contract."""

MetricId = Annotated[str, AfterValidator(metric_id)]
"""A metric id of the contract."""
