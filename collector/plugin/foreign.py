"""What stands for a value of a type that the collector does not take."""

from dataclasses import dataclass


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
            return cls(kind.__qualname__, text, hasattr(value, "item"))
        is_convertible = isinstance(value, bool | int | float | str) or hasattr(value, "item")
        return cls(f"{kind.__module__}.{kind.__qualname__}", text, is_convertible)
