"""The checksums of the two serial framings."""


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_CRC_TABLE = _crc_table()


def crc16(data: bytes) -> int:
    """Return the CRC of an RTU frame, sent low byte first.

    Polynomial 0xA001 (reflected 0x8005), initial value 0xFFFF: Modbus over Serial Line 1.02,
    section 2.5.1.2 and appendix B.
    """
    crc = 0xFFFF
    table = _CRC_TABLE
    for byte in data:
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return crc


def lrc8(data: bytes) -> int:
    """Return the LRC of an ASCII frame: what makes the sum of all bytes 0 modulo 256.

    Modbus over Serial Line 1.02, section 2.5.2.2.
    """
    return -sum(data) & 0xFF
