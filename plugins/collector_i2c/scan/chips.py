"""Shows which chips are known."""

from collector import CommandContext, UsageError
from collector_i2c.chips.catalogue import NAMES, chosen

_HEADERS = ("CHIP", "ADDRESSES", "METRICS", "OPTIONS")
_SHOWN_ADDRESSES = 4


def show_chips(name: str, context: CommandContext) -> None:
    """Print every chip, or all about one.

    Raises:
        UsageError: There is no such chip.
    """
    if not name:
        context.table(_HEADERS, [_row(each) for each in NAMES])
        return
    try:
        driver = chosen(name)
    except ValueError as error:
        raise UsageError(str(error)) from error
    context.print(f"{name}: {driver.title}")
    metrics = driver.make({}, ()).metrics
    context.table(("METRIC", "UNIT"), [(metric.id, metric.unit_text) for metric in metrics])
    if driver.options:
        context.table(("OPTION", "MEANING"), list(driver.options.items()))


def _row(name: str) -> tuple[str, ...]:
    driver = chosen(name)
    addresses = [f"{address:#04x}" for address in driver.addresses]
    if len(addresses) > _SHOWN_ADDRESSES:
        addresses = [*addresses[: _SHOWN_ADDRESSES - 1], "...", addresses[-1]]
    metrics = ", ".join(metric.id for metric in driver.make({}, ()).metrics)
    return name, " ".join(addresses), metrics, ", ".join(driver.options) or "-"
