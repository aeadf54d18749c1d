"""Makes the relative paths in settings absolute: a service has no useful working directory."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.config import positions
from collector.config.complaints import Complaints
from collector.config.model_keys import key_of
from collector.config.validation import ModelT
from collector.plugin.settings import ConfigModel

_COLLECTIONS = (tuple, list, set, frozenset)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the relative paths of a file are relative to.

    Attributes:
        directory: The file's own.
        complaints: Gets the paths that lead nowhere.
    """

    directory: Path
    complaints: Complaints

    def held(self, model: ModelT, at: positions.Path) -> ModelT:
        """Return settings with every path in them absolute and ``~`` replaced, at any depth.

        Args:
            model: The settings; returned as they are when there is nothing to change.
            at: Where they stand, for complaints.
        """
        changes = {}
        for name, info in type(model).model_fields.items():
            value = getattr(model, name)
            anchored = self._anchored(value, (*at, key_of(name, info)))
            if anchored is not value:
                changes[name] = anchored
        return model.model_copy(update=changes) if changes else model

    def _anchored(self, value: Any, at: positions.Path) -> Any:  # noqa: ANN401 - any setting
        if isinstance(value, Path):
            return value if value.is_absolute() else self._absolute(value, at)
        if isinstance(value, ConfigModel):
            return self.held(value, at)
        if type(value) is dict:
            items = {key: self._anchored(item, (*at, key)) for key, item in value.items()}
            return value if _same(items.values(), value.values()) else items
        if type(value) in _COLLECTIONS:
            members = [self._anchored(item, (*at, index)) for index, item in enumerate(value)]
            return value if _same(members, value) else type(value)(members)
        return value

    def _absolute(self, path: Path, at: positions.Path) -> Path:
        try:
            return (self.directory / path.expanduser()).absolute()
        except RuntimeError:  # all that the library says of a home that it cannot find
            self.complaints.add(at, f"leads nowhere: {path.parts[0]} is no known home directory")
            return path


def _same(changed: Iterable[object], before: Iterable[object]) -> bool:
    return all(one is other for one, other in zip(changed, before, strict=True))
