"""A simulated thermostat on the loopback, for ``--simulate`` and for tests."""

import socketserver
import threading

from collector import SourceContext
from collector_thermostat.settings import ThermostatSettings


class _Answer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for number, _ in enumerate(self.rfile):
            on = "on" if number % 10 < 5 else "off"
            self.wfile.write(f"{21 + number % 10 / 10} 48 {on}\n".encode())


class ThermostatSimulator:
    """Warms and cools by a degree, over and over."""

    def __init__(self, settings: ThermostatSettings, context: SourceContext) -> None:
        self._settings = settings

    def start(self) -> ThermostatSettings:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Answer)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        port = self._server.server_address[1]
        return self._settings.model_copy(update={"host": "127.0.0.1", "port": port})

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
