"""The JSON schema of the whole configuration, for editors that complete and check as one types."""

from collections.abc import Iterable, Mapping
from typing import Any

from collector.config.loading import TABLES
from collector.config.models import SourceKeys
from collector.plugin.kind import SourceKind
from collector.plugin.settings import ConfigModel
from collector.transforms.kinds import KINDS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kinds: Iterable[SourceKind]) -> dict[str, Any]:
    """Return the schema of a configuration that may use these kinds of source."""
    definitions: dict[str, Any] = {}
    tables = {key: _hoisted(key, model, definitions) for key, model in TABLES.items()}
    sources = [_source(kind, definitions) for kind in kinds]
    return {
        "$schema": _DIALECT,
        "title": "Configuration of the collector",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **tables,
            "source": {
                "type": "array",
                "description": "The sources, one [[source]] table each.",
                "items": {"oneOf": sources} if sources else {},
            },
        },
        "$defs": definitions,
    }


def _source(kind: SourceKind, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one kind's table: the common keys and its own, side by side."""
    common = _hoisted("source", SourceKeys, definitions)
    own = _hoisted(kind.name, kind.settings, definitions)
    properties = {**common["properties"], **own.get("properties", {})}
    properties["plugin"] = {**properties["plugin"], "const": kind.name}
    properties["transform"] = {
        **properties["transform"],
        "items": {"oneOf": _transforms(definitions)},
    }
    return {
        "title": f"A source of the kind {kind.name}",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [*common["required"], *own.get("required", ())],
    }


def _transforms(definitions: dict[str, Any]) -> list[Mapping[str, Any]]:
    """Return the schema of each type of ``[[source.transform]]``."""
    return [_hoisted("transform", kind.settings, definitions) for kind in KINDS.values()]


def _hoisted(
    prefix: str, model: type[ConfigModel], definitions: dict[str, Any]
) -> Mapping[str, Any]:
    """Return a model's schema, with the models inside it moved to the common definitions."""
    own = model.model_json_schema(ref_template=f"#/$defs/{prefix}.{{model}}")
    for name, definition in own.pop("$defs", {}).items():
        definitions[f"{prefix}.{name}"] = definition
    return own
