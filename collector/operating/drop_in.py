"""The drop-in of the unit that lets a service have what a configuration names, and nothing else."""

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.operating.hosts import LOCALHOST, is_address, is_local
from collector.operating.needs import SourceNeeds
from collector.operating.nodes import Node

STATE_DIR = Path("/var/lib/collector")
"""What the unit's ``StateDirectory=`` may write already."""

FILE = "/etc/systemd/system/collector.service.d/devices.conf"

COLUMNS = 100

_CLASS = "a class is known only while its driver is loaded when the unit starts"
_HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - told of, not used


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitNeeds:
    """What a configuration needs of the machine.

    Attributes:
        config_file: The main file.
        sources: What its sources touch.
        agent_host: The agent's address or name.
        read: Files that are read besides: those of authorities and the like.
        written: Directories that are written.
        has_visitors: Other machines may open the status page.
    """

    config_file: Path
    sources: Sequence[SourceNeeds]
    agent_host: str
    read: Sequence[Path]
    written: Sequence[Path]
    has_visitors: bool = False


def drop_in(needs: UnitNeeds, look_at: Callable[[str], Node]) -> list[str]:
    """Return the lines of the drop-in.

    Args:
        needs: What is needed.
        look_at: Looks at a device node.
    """
    return [
        f"# {FILE}",
        *_comment(
            f"Made by 'collector systemd-unit' for {needs.config_file}, and to be made anew when"
            " that changes. An empty assignment takes back what the unit itself allows. It takes"
            " effect with:"
        ),
        "# systemctl daemon-reload && systemctl restart collector",
        "[Service]",
        *_devices(needs.sources, look_at),
        *_paths(needs),
        *_addresses(needs),
    ]


def _comment(text: str) -> list[str]:
    lines = textwrap.wrap(text, COLUMNS - 2, break_long_words=False, break_on_hyphens=False)
    return [f"# {line}" for line in lines]


def quoted(path: Path) -> str:
    """Return a path as a unit file takes it."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"' if re.search(r"\s", text) else text


# -- devices ------------------------------------------------------------------------------------


def _devices(sources: Sequence[SourceNeeds], look_at: Callable[[str], Node]) -> Iterator[str]:
    users: dict[str, list[str]] = {}
    for source in sources:
        for path in source.resources.devices if source.resources else ():
            users.setdefault(path, []).append(source.name)
    nodes = [look_at(path) for path in users]
    yield ""
    yield "DevicePolicy=closed"
    yield "DeviceAllow="
    told: set[str] = set()
    for node in nodes:
        yield from _comment(f"{', '.join(users[node.path])}: {node.path}: {_reason(node)}")
        for rule in _rules(node):
            if rule not in told:
                yield f"DeviceAllow={rule} rw"
            told.add(rule)
    for source in sources:
        if source.resources is None:
            why = source.problem or "does not say what it touches: add its devices and hosts"
            yield from _comment(f"{source.name} (plugin {source.plugin}): {why}")
    modules = {each for source in sources if source.resources for each in source.resources.modules}
    if modules:
        names = ", ".join(sorted(modules))
        yield from _comment(f"Has to be loaded before the unit starts (modules-load.d): {names}")
    yield from _groups(nodes)


def _rules(node: Node) -> list[str]:
    """Return what stands before ``rw``: the node, or a class where its number is not settled."""
    if node.driver and node.is_usb:
        return [f"char-{node.driver}"]
    if node.target:
        return [node.target]
    if node.path.startswith("/dev/serial/by-id/usb-"):
        return ["char-ttyUSB", "char-ttyACM"]
    pluggable = re.fullmatch(r"/dev/(ttyUSB|ttyACM)\d+", node.path)
    return [f"char-{pluggable[1]}"] if pluggable else [node.path]


def _reason(node: Node) -> str:
    [first, *_] = _rules(node)
    is_class = first.startswith("char-")
    if is_class and node.target:
        return (
            f"is {node.target} on USB, which may come back under another number, so its whole"
            f" class; {_CLASS}"
        )
    if is_class:
        return (
            f"is not plugged in; such an adapter gets its number then, so its whole class; {_CLASS}"
        )
    if node.target:
        link = "" if node.target == node.path else f"is {node.target}, "
        return f"{link}built in, so this node and no other"
    return (
        "is not there now; a rule for a node that is not there when the unit starts is dropped, so"
        " restart the service once it is"
    )


def _groups(nodes: Sequence[Node]) -> Iterator[str]:
    groups = {node.group or node.usual_group for node in nodes} - {"", "root"}
    yield ""
    yield "# Besides those that the user itself is in, see 'id collector'."
    yield "SupplementaryGroups="
    if groups:
        yield f"SupplementaryGroups={' '.join(sorted(groups))}"
    for node in nodes:
        if node.group == "root":
            yield f"# {node.path} belongs to root alone: give it a group by a rule of udev"


# -- paths --------------------------------------------------------------------------------------


def _paths(needs: UnitNeeds) -> Iterator[str]:
    files = {
        file for source in needs.sources if source.resources for file in source.resources.files
    }
    read = dict.fromkeys([needs.config_file, *needs.read, *(Path(file) for file in sorted(files))])
    written = [path for path in dict.fromkeys(needs.written) if not _is_below(path, STATE_DIR)]
    yield ""
    yield f"# {STATE_DIR} may be written by StateDirectory= of the unit."
    yield "ReadWritePaths="
    for path in written:
        yield f"# has to exist: install -d -o collector -g collector -m 0700 {quoted(path)}"
        yield f"ReadWritePaths={quoted(path)}"
    yield "# With - because they may come later."
    yield "ReadOnlyPaths="
    for path in read:
        yield f"ReadOnlyPaths=-{quoted(path)}"
    for path in [*written, *read]:
        if any(_is_below(path, Path(place)) for place in _HIDDEN):
            yield from _comment(
                f"{path} is hidden from the service by ProtectHome= or PrivateTmp= of the unit:"
                " move it"
            )


def _is_below(path: Path, place: Path) -> bool:
    return path == place or place in path.parents


# -- addresses ----------------------------------------------------------------------------------


def _addresses(needs: UnitNeeds) -> Iterator[str]:
    hosts = [needs.agent_host]
    for source in needs.sources:
        hosts += source.resources.hosts if source.resources else ()
    remote = [host for host in dict.fromkeys(hosts) if not is_local(host)]
    names = [host for host in remote if not is_address(host)]
    yield ""
    yield "IPAddressAllow="
    silent = [source.name for source in needs.sources if source.resources is None]
    if names or silent or needs.has_visitors:
        yield "IPAddressDeny="
    if names:
        yield from _comment(
            f"No address is denied: names cannot be given here, and {', '.join(names)} may have any"
            " address and needs a name server. Write addresses into the configuration, and this can"
            " allow them and deny all others."
        )
    elif silent:
        yield from _comment(f"No address is denied: nobody knows which {', '.join(silent)} needs.")
    elif needs.has_visitors:
        yield from _comment("No address is denied: the status page may be visited from anywhere.")
    if names or silent or needs.has_visitors:
        return
    yield "IPAddressDeny=any"
    yield from _comment(
        "This machine itself is needed in any case: threads wake each other by a local connection."
    )
    yield f"IPAddressAllow={' '.join([LOCALHOST, *remote])}"
