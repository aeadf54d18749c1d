"""The files of a collector's identity, to be harmed and mended."""

import json
from pathlib import Path

from cryptography import x509
from faults.fault_bench import FaultBench


class IdentityFiles:
    """Those of the collector on a bench, which has one.

    Attributes:
        directory: Where they are.
        certificate: The certificate's file.
        key: The key's file.
    """

    def __init__(self, bench: FaultBench) -> None:
        self.directory = bench.place.state_dir / "identity"
        self.record = self.directory / "client.json"
        told = json.loads(self.record.read_text())
        self.client_id = told["client_id"]
        self.key = next(self.directory.glob(f"*{self.client_id}*.key"))
        self.certificate = next(
            file for file in self.directory.glob("*.crt") if ".ca." not in file.name
        )
        self._kept = {file: (file.read_bytes(), file.stat().st_mode) for file in self._files()}

    def public_key(self):
        """Return the key that the certificate is for."""
        return x509.load_pem_x509_certificate(self.certificate.read_bytes()).public_key()

    def everything(self) -> dict[str, bytes]:
        """Return what is in the files, by name."""
        return {file.name: file.read_bytes() for file in self._files()}

    def restore(self) -> None:
        """Put everything back as it was."""
        for file, (data, mode) in self._kept.items():
            file.unlink(missing_ok=True)
            file.write_bytes(data)
            file.chmod(mode)

    def _files(self) -> list[Path]:
        return [file for file in self.directory.iterdir() if file.is_file()]
