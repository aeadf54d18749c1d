"""A simulated wind mast on the loopback, for ``--simulate`` and for tests."""

import socket
import threading

from collector import SourceContext
from collector_windmast.settings import WindmastSettings


class WindmastSimulator:
    """Sends five datagrams a second."""

    def __init__(self, settings: WindmastSettings, context: SourceContext) -> None:
        self._settings = settings
        self._stopped = threading.Event()

    def start(self) -> WindmastSettings:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self._address = probe.getsockname()
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()
        host, port = self._address
        return self._settings.model_copy(update={"host": host, "port": port})

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _send(self) -> None:
        number = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not self._stopped.wait(0.2):
                sender.sendto(f"wind {3 + number % 10 / 10} 271".encode(), self._address)
                number += 1
