"""Reads Modbus devices: every device on the bus, at the speed of the bus, never a wrong value.

::

    plugin.py ── commands/ ── commissioning/      what a user types: scan, read, plan, profiles
        │
    kind.py ── load.py                            makes sources; what they cost their links
        │
    source.py, sunspec/                           one device: groups, metrics, notes
        │
    unit.py ── reading/                           plans, asks, isolates what is refused
        │         ├── planning/                   the requests that take the least bus time
        │         ├── decoding/                   from registers to values, or why there is none
        │         └── profiles/                   the device library
        │
    bus/                                          one link: whose answer is whose, who is left alone
        │
    protocol/                                     queries and frames, without I/O
    registers/, settings/, errors.py              the words that all of them use

    simulator/                                    the devices' side, on pymodbus' codec

Imports go downwards only.
"""
