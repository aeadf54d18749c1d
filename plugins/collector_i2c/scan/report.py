"""Shows what a scan found."""

from collections.abc import Iterable

from collector import CommandContext, SourceFaultError, SourceUnavailableError
from collector_i2c.chips.catalogue import chosen
from collector_i2c.scan.found import Found
from collector_i2c.scan.kernel import devices
from collector_i2c.scan.suggest import kernel_suggestions, suggestion


class Report:
    """Collects what was found, and shows it.

    Args:
        context: Where it is shown.
    """

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        self._found: list[tuple[int | str, Found]] = []
        self._remarks: list[str] = []

    @property
    def has_any(self) -> bool:
        """Whether anything was found."""
        return bool(self._found)

    def add(self, bus: int | str, found: Iterable[Found]) -> None:
        """Take what is found on a bus, as it is found; what goes wrong with it costs no other."""
        try:
            for each in found:
                self._found.append((bus, each))
        except (SourceUnavailableError, SourceFaultError) as error:
            self.leave_out(bus, str(error))

    def leave_out(self, bus: int | str, reason: str) -> None:
        """Take note of a bus that is not looked at, or not to its end."""
        self._remarks.append(f"bus {bus}: {reason}")

    def show(self, sys_root: str, *, as_json: bool) -> None:
        """Print it, with what to write into the configuration."""
        if as_json:
            found = [_as_json(bus, each) for bus, each in self._found]
            self._context.json({"found": found, "remarks": self._remarks})
            return
        if self._found:
            rows = [(str(bus), found.place, *_words(found)) for bus, found in self._found]
            self._context.table(("BUS", "ADDRESS", "CHIP", "KERNEL DRIVER"), rows)
        else:
            self._context.print("nothing answers")
        for remark in self._remarks:
            self._context.print(remark)
        self._suggest(sys_root)

    def _suggest(self, sys_root: str) -> None:
        texts = [suggestion(found, bus) for bus, found in self._found]
        texts += [text for _, text in kernel_suggestions(devices(sys_root))]
        for text in filter(None, texts):
            self._context.print()
            self._context.print(text)


def _words(found: Found) -> tuple[str, str]:
    if found.driver:
        return found.kernel_name, found.driver
    if found.device:
        return f"{found.device}: {chosen(found.device).title}", ""
    return " or ".join(found.candidates) or "unknown", ""


def _as_json(bus: int | str, found: Found) -> dict[str, object]:
    return {
        "bus": bus,
        "address": found.address,
        "mux": [{"address": hop.address, "channel": hop.channel} for hop in found.path],
        "device": found.device or None,
        "candidates": list(found.candidates),
        "driver": found.driver or None,
    }
