"""Any bytes in the envelope of a PEM text."""

import base64
import textwrap


def pem_of(der: bytes, label: str) -> bytes:
    """Return the PEM text of some bytes, whatever they are."""
    lines = textwrap.wrap(base64.b64encode(der).decode(), 64)
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()
