"""Wishes for a reload, from whoever has them to the thread that fulfils them."""

from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue

from collector.service.changes import Changes


class Wishes:
    """A queue of wishes. One load fulfils all that came before it began.

    Wishes may be added from every thread, before there is anyone to fulfil them too.
    """

    def __init__(self) -> None:
        self._queue: SimpleQueue[Future[Changes] | None] = SimpleQueue()

    def add(self) -> "Future[Changes]":
        """Wish for a reload.

        Returns:
            What has changed, once it is done, or the `CollectorError` for which it was refused.
        """
        wish: Future[Changes] = Future()
        self._queue.put(wish)
        return wish

    def note(self) -> None:
        """Wish for one, without asking what becomes of it: the log and the status say so."""
        self.add()

    def next(self) -> "list[Future[Changes]]":
        """Wait for a wish, and return it with all others that are there; none at the end."""
        wishes = [self._queue.get()]
        with suppress(Empty):
            while True:
                wishes.append(self._queue.get_nowait())
        return [] if None in wishes else [wish for wish in wishes if wish is not None]

    def end(self) -> None:
        """Say that none is fulfilled any more, neither what waits nor what comes."""
        self._queue.put(None)
