"""What a source touches of the machine, so that a service may be given that and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Everything outside its process that a source opens, as its settings name it.

    Attributes:
        devices: Paths of device nodes that it opens, links to them too: ``"/dev/ttyUSB0"``.
        hosts: Addresses or names that it connects to, without a port.
        files: Files and directories that it reads, but for those that everybody may.
        modules: Modules of the kernel that make its devices, if they are not loaded by themselves.
    """

    devices: Sequence[str] = ()
    hosts: Sequence[str] = ()
    files: Sequence[str] = ()
    modules: Sequence[str] = ()
