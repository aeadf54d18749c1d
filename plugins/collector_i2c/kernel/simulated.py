"""What the files of simulated devices say."""

from collections.abc import Mapping

from collector_i2c.decode.crc import crc8
from collector_i2c.simulated.waves import wave_of

Files = Mapping[str, str]
"""File name to content."""

_MAXIM = 0x31


def iio_files(device: str, name: str, now_s: float) -> Files:
    """Return the files of a weather sensor with an analogue input."""
    return {
        "name": f"{device}\n",
        "in_temp_input": _thousandths("temperature", name, now_s),
        "in_humidityrelative_input": _thousandths("humidity", name, now_s),
        "in_pressure_input": f"{100.9 + 0.2 * wave_of('').at(now_s, name):.6f}\n",
        "in_voltage0_raw": f"{round(wave_of('voltage').at(now_s, name) * 8000)}\n",
        "in_voltage0_scale": "0.125000000\n",
    }


def hwmon_files(device: str, name: str, now_s: float) -> Files:
    """Return the files of a monitor of climate, supply and fan."""
    return {
        "name": f"{device}\n",
        "temp1_input": _thousandths("temperature", name, now_s),
        "temp1_alarm": "0\n",
        "humidity1_input": _thousandths("humidity", name, now_s),
        "in1_input": _thousandths("bus_voltage", name, now_s),
        "in1_label": "supply\n",
        "curr1_input": f"{round(wave_of('shunt_voltage').at(now_s, name) * 1e4)}\n",
        "power1_input": f"{round(wave_of('shunt_voltage').at(now_s, name) * 1.2e8)}\n",
        "fan1_input": f"{round(1800 + 300 * wave_of('').at(now_s, name))}\n",
    }


def w1_files(name: str, now_s: float) -> Files:
    """Return the file of a DS18B20, its CRC included."""
    sixteenths = round(wave_of("temperature").at(now_s, name) * 16)
    scratchpad = sixteenths.to_bytes(2, "little", signed=True) + bytes.fromhex("4b467fff0c10")
    scratchpad = scratchpad[:6] + bytes((0x10 - (sixteenths & 0x0F),)) + scratchpad[7:]
    crc = _reflected_crc(scratchpad)
    row = " ".join(f"{byte:02x}" for byte in (*scratchpad, crc))
    return {"w1_slave": f"{row} : crc={crc:02x} YES\n{row} t={sixteenths * 1000 // 16}\n"}


def _thousandths(metric: str, name: str, now_s: float) -> str:
    return f"{round(wave_of(metric).at(now_s, f'{name} {metric}') * 1000)}\n"


def _reflected_crc(data: bytes) -> int:
    """Return Maxim's CRC: the polynomial of the others, but lowest bit first."""
    reflected = bytes(_reflect(byte) for byte in data)
    return _reflect(crc8(reflected, polynomial=_MAXIM, start=0))


def _reflect(byte: int) -> int:
    return int(f"{byte:08b}"[::-1], 2)
