"""An instance of smbus2 of our own, whose system calls lead to a simulated bus.

smbus2 reaches the kernel by two names of its module: ``os.open`` (and ``close``) and ``ioctl``. The
module is executed a second time, under no name that anybody could import, and in this instance
alone the two lead elsewhere. Its marshalling is the real one, and its messages are those of the
installed smbus2, which is not touched.
"""

import ctypes
import importlib
import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol


class Kernel(Protocol):
    """What stands in for the kernel's I2C subsystem."""

    def open(self, path: str, flags: int) -> int:
        """Return a file descriptor, as `os.open` does."""
        ...

    def close(self, descriptor: int) -> None:
        """Close it, as `os.close` does."""
        ...

    def ioctl(self, descriptor: int, request: int, argument: Any) -> int:  # noqa: ANN401 - ctypes
        """Do what ``ioctl(2)`` on an I2C node does."""
        ...


@dataclass(frozen=True, slots=True)
class Smbus2:
    """What drivers use of smbus2, typed as little as that is.

    Attributes:
        SMBus: Opens an adapter.
        i2c_msg: Makes messages.
    """

    SMBus: Any
    i2c_msg: Any


def smbus2_on(kernel: Kernel) -> Smbus2:
    """Return an smbus2 that makes its system calls to this kernel."""
    module = _fresh()
    calls: dict[str, Callable[..., int] | SimpleNamespace] = {
        "ioctl": kernel.ioctl,
        "os": SimpleNamespace(open=kernel.open, close=kernel.close, O_RDWR=os.O_RDWR),
    }
    vars(module).update(calls)
    vars(module).update(_structures())
    return Smbus2(module.SMBus, module.i2c_msg)


def _structures() -> dict[str, type]:
    """Return what messages are made of, as drivers import it: ctypes takes no twin for it."""
    installed = vars(importlib.import_module("smbus2.smbus2"))
    kinds = (ctypes.Structure, ctypes.Union)
    return {
        name: each
        for name, each in installed.items()
        if isinstance(each, type) and issubclass(each, kinds)
    }


def _fresh() -> ModuleType:
    spec = importlib.util.find_spec("smbus2.smbus2")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("smbus2 is not installed")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
