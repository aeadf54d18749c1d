"""What stands for a value of a type that the collector does not take."""

from dataclasses import dataclass

from collector.plugin.border import PluginFault, guarded

_SHOWN_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class ForeignValue:
    """Says of such a value what the message that refuses it needs, and holds no code of a plugin.

    Attributes:
        type_name: The type, with its module where it is no built-in one.
        text: The value in words, for where it stands for an id.
        is_convertible: ``float()`` or the like would make a value of it that is taken.
    """

    type_name: str
    text: str = ""
    is_convertible: bool = False

    def __repr__(self) -> str:
        return self.text

    @classmethod
    def of(cls, value: object, text: str = "") -> "ForeignValue":
        """Return what stands for a value; for one that stands for another already, itself."""
        if type(value) is cls:
            return value
        kind = type(value)
        if kind.__module__ == "builtins":
            return cls(kind.__qualname__, text, hasattr(kind, "item"))
        is_convertible = issubclass(kind, bool | int | float | str) or hasattr(kind, "item")
        return cls(f"{kind.__module__}.{kind.__qualname__}", text, is_convertible)


def shown(value: object) -> str:
    """Return a value in words, at most 64 characters; the type's name where it has none."""
    try:
        with guarded("showing a value"):  # which is code of the plugin
            return repr(value)[:_SHOWN_CHARACTERS]
    except PluginFault:
        return f"<{type(value).__name__}>"[:_SHOWN_CHARACTERS]
