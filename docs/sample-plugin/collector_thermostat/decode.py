"""What a thermostat's line means; no network in sight."""


def decode(line: bytes) -> dict[str, float | bool]:
    """Turn ``b"21.4 48 on"`` into temperature, humidity and heating.

    Raises:
        ValueError: It is no line of a thermostat.
    """
    words = line.decode("ascii").split()
    if len(words) != 3 or words[2] not in ("on", "off"):
        raise ValueError(f"{line!r} is no answer of a thermostat")
    return {
        "temperature": float(words[0]),
        "humidity": float(words[1]),
        "heating": words[2] == "on",
    }
