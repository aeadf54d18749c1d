"""TLS connections: Modbus TCP inside of TLS (Modbus/TCP Security 2.1)."""

import socket
import ssl

from collector_modbus.bus.network import TcpStream, reason_of
from collector_modbus.errors import LinkError, LinkFaultError
from collector_modbus.settings.link import TlsLink


class TlsStream(TcpStream):
    """A TLS connection; see `Stream`."""

    def __init__(self, link: TlsLink) -> None:
        super().__init__(link)
        self._tls = link

    def _secured(self, plain: socket.socket) -> socket.socket:
        try:
            return _context(self._tls).wrap_socket(plain, server_hostname=self._tls.host)
        except LinkFaultError:
            plain.close()
            raise
        except (OSError, ValueError) as error:
            plain.close()
            raise LinkError(f"cannot connect to {self._tls.key}: {_tls_reason(error)}") from error


def _context(link: TlsLink) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=link.ca_file)
        # On by default from Python 3.13; devices that make their own certificates do not stand it.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if link.certificate_file is not None:
            context.load_cert_chain(link.certificate_file, link.key_file)
    except (OSError, ssl.SSLError) as error:
        raise LinkFaultError(
            f"{link.key}: ca_file, certificate_file or key_file: {error}"
        ) from error
    return context


def _tls_reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return reason_of(error)
