"""A file system in memory that fails on request, and forgets what was not synced."""

import errno
import os
from collections.abc import Callable
from random import Random


class Node:
    """A file's content, and how much of it is certain to survive a power cut."""

    def __init__(self):
        self.data = bytearray()
        self.synced = 0


class MemoryFile:
    def __init__(self, folder, node):
        self._folder, self._node = folder, node
        self._is_open = True

    def _meet(self, call, size=0):
        if not self._is_open:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._folder.meet(call, size)

    def append(self, data):
        allowed = self._meet("append", len(data))
        self._node.data += bytes(data[:allowed])
        self._folder.written += allowed
        return allowed

    def cut(self, size):
        self._meet("cut")
        del self._node.data[size:]
        self._node.synced = min(self._node.synced, size)

    def sync(self):
        self._meet("sync")
        self._folder.synced_bytes += len(self._node.data) - self._node.synced
        self._node.synced = len(self._node.data)

    def reserve(self, size):
        self._meet("reserve")

    def read(self, offset, size):
        self._meet("read")
        return bytes(self._node.data[offset : offset + size])

    def is_linked(self):
        return self._node in self._folder.files.values()

    def close(self):
        self._is_open = False


class MemoryFolder:
    """A `Folder` in memory.

    Attributes:
        files: What is there, by name.
        fault: Called with the name of each call and its number from 0; may return an errno that the
            call fails with.
        capacity: How many bytes all files may take together.
        calls: How many calls there were.
    """

    def __init__(self, capacity=10**9):
        self.files: dict[str, Node] = {}
        self._durable: dict[str, Node] = {}
        self.fault: Callable[[str, int], int | None] = lambda call, number: None
        self.capacity = capacity
        self.calls = 0
        self.written = self.synced_bytes = 0
        self._is_taken = False
        self.is_there = True

    def meet(self, call, size=0):
        """Fail if this call is to; return how many bytes may be written."""
        number, self.calls = self.calls, self.calls + 1
        code = self.fault(call, number)
        if code is not None:
            raise OSError(code, os.strerror(code))
        if call != "append":
            return size
        room = self.capacity - sum(len(node.data) for node in self.files.values())
        if room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return min(size, room)

    def take(self):
        self.meet("take")
        self.is_there = self._is_taken = True

    def release(self):
        self._is_taken = False

    def is_taken(self):
        return self._is_taken and self.is_there

    def names(self):
        self.meet("names")
        self._look()
        return sorted(self.files)

    def create(self, name):
        self.meet("create")
        self._look()
        assert name not in self.files
        self.files[name] = Node()
        return MemoryFile(self, self.files[name])

    def open(self, name):
        self.meet("open")
        if name not in self.files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return MemoryFile(self, self.files[name])

    def size(self, name):
        self.meet("size")
        return len(self.files[name].data)

    def remove(self, name):
        self.meet("remove")
        self.files.pop(name, None)

    def rename(self, name, new_name):
        self.meet("rename")
        self.files[new_name] = self.files.pop(name)

    def sync(self):
        self.meet("sync_names")
        self._durable = dict(self.files)

    def free_bytes(self):
        return self.capacity - sum(len(node.data) for node in self.files.values())

    def _look(self):
        if not self.is_there:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    # -- what befalls it ------------------------------------------------------------------------

    def kill(self):
        """The process ends: all that was written stays."""
        self._is_taken = False

    def cut_power(self, chance: Random):
        """The machine ends: of what was not synced, some is there, some is not, some is torn."""
        self._is_taken = False
        for name in sorted({*self.files, *self._durable}):
            is_certain = name in self.files and name in self._durable
            node = self.files.get(name) or self._durable[name]
            if not is_certain and chance.random() < 0.5:
                if name in self.files:
                    del self.files[name]
                else:
                    self.files[name] = node
        for node in self.files.values():
            del node.data[chance.randint(node.synced, len(node.data)) :]
            torn = chance.randrange(3)
            if torn and node.synced < len(node.data):
                at = chance.randrange(node.synced, len(node.data))
                node.data[at:] = bytes(len(node.data) - at)
            node.synced = len(node.data)
        self._durable = dict(self.files)

    def delete(self):
        """Somebody removes the directory with all that is in it."""
        self.files.clear()
        self._durable.clear()
        self.is_there = False
