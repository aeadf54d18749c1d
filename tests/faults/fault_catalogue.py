"""The catalogue of faults: what goes wrong outside or inside, and what has to hold then.

The letters: A the agent, B the network, C TLS and enrolment, D serial lines, E Modbus, F I2C, G the
clock and the system, H disk and spool, I plugins, load and stopping.
"""

from collections.abc import Mapping
from types import MappingProxyType

CATALOGUE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "A1": (
            "agent killed and started again, 20 times",
            "nothing lost, at most 16 duplicates per outage and sensor, confirmed within 5 s",
        ),
        "A2": (
            "agent down for 8 hours",
            "nothing lost below the cap, drained at 10 times the live rate or more",
        ),
        "A3": ("agent frozen, connection half open", "noticed within 15 s, no tick missed"),
        "A4": ("PUBACK or reply swallowed", "sent again within 10 s, nothing lost"),
        "A5": ("PUBACK sent and push not stored, 2 %", "none of 20,000 falsely confirmed"),
        "A6": ("replies later than the deadline, 5 %", "none of 20,000 falsely confirmed"),
        "A7": (
            "each of the 28 error codes on a push",
            "treated by the table, no other sensor slowed",
        ),
        "A8": ("replies that no one can understand", "counted as bad replies, no restart"),
        "A9": (
            "CONNECT refused, hung up on, never answered",
            "12 attempts in the first 5 minutes at most, with jitter, below 2 % CPU",
        ),
        "A10": (
            "agent forgets session and subscriptions",
            "subscribed before the first push of every connection",
        ),
        "A11": ("two collectors with one identity", "the second refuses to start, or says so"),
        "A12": ("malformed and hostile packets, 5000", "connected again within 10 s each"),
        "A13": (
            "client deleted at the agent while running",
            "state deleted within 30 s, an attempt in 5 minutes at most, nothing lost",
        ),
        "A14": (
            "sensor or metric deleted at the agent during pushes",
            "made again in 3 tries at most, nothing lost",
        ),
        "B1": ("cable pulled, no reset", "noticed within 15 s, nothing lost"),
        "B2": ("link up and down every 5 s for 10 minutes", "nothing lost, duplicates 5 % at most"),
        "B3": (
            "slow link, 10 kB/s and 600 ms there and back",
            "no tick missed, 80 % of the link is used",
        ),
        "B4": ("name server fails or hangs for 30 s", "stops within 10 s all the same"),
        "B5": ("agent's address changes", "connected again within 60 s"),
        "B6": ("reset in mid-push, at every byte", "nothing lost, whichever byte"),
        "B7": (
            "200 collectors connect again together",
            "20 connects per second at most, all in 60 s",
        ),
        "C1": (
            "client certificate expired, revoked, foreign, missing",
            "the reason on one line within 10 s, TLS 1.2 and 1.3",
        ),
        "C2": (
            "client certificate will expire",
            "warned at 30, 14, 7, 1 days, renewed, nothing lost",
        ),
        "C3": ("server certificate expired, misnamed, foreign", "no byte of a reading leaves"),
        "C4": (
            "clock in 1970 at boot",
            "waits for the time, connects within 10 s after it, none lost",
        ),
        "C5": (
            "power cut while a certificate is written",
            "the old or the new one, never a broken one",
        ),
        "C6": (
            "enrolment reply lost, late, doubled, foreign",
            "only a certificate for our own key is taken",
        ),
        "C7": (
            "key unreadable, readable by others, half",
            "exit code 78 and one line that names it",
        ),
        "C8": ("TLS 1.1 or plain text where TLS has to be", "refused, no byte of a reading leaves"),
        "D1": ("serial device unplugged", "told within 2 s, back within 3 s, nothing lost before"),
        "D2": ("serial device comes back under another name", "no value of another device"),
        "D3": ("torn line, pause in mid-line", "no truncated value in 10,000"),
        "D4": ("noise, wrong speed, 1 MB without a line end", "bounded memory, counted"),
        "D5": ("second program opens the port", "refused, with the holder's name where known"),
        "D6": ("serial device stops talking", "told after 3 intervals, stops within 10 s"),
        "D7": ("serial device does not read", "given up within 2 s"),
        "D8": ("flood at full speed", "bounded, counted, no other source misses a tick"),
        "E1": ("Modbus answers come late", "no wrong value in 10,000, and a hint"),
        "E2": ("CRC errors, noise, short frames", "no wrong value, well at the next poll"),
        "E3": ("wrong unit, wrong function, exceptions", "others on the bus unaffected"),
        "E4": ("gateway with foreign transaction ids", "no wrong value"),
        "E5": ("gateway restarts, takes one connection", "data again after interval + 10 s"),
        "E6": ("one dead unit of ten on a bus", "the others keep 95 % of their ticks"),
        "E7": ("32-bit pairs torn, not-a-number patterns", "never published as a value"),
        "F1": ("I2C errors, 1 to 100 %", "2 retries in a tick at most, told per chip"),
        "F2": ("I2C bus locked up or slow", "no other source misses a tick"),
        "F3": ("two users of one chip", "no wrong value"),
        "F4": ("wrong CRC, stuck chip, chip reset", "no plausible lie"),
        "G1": ("clock steps by an hour, or from 1970", "every tick once, no burst"),
        "G2": ("readings taken before the clock was set", "their true time within 50 ms"),
        "G3": ("small backward steps of the clock", "timestamps of a sensor rise strictly"),
        "G4": ("collector suspended for 10 minutes", "one tick at once, missed ones counted"),
        "G5": ("collector killed 200 times at random", "nothing lost, first reading within 3 s"),
        "G6": ("power cut, 20 times", "only the last sync interval and a second are lost"),
        "G7": ("memory limit of 64 MiB", "peak below 60 MiB, no kill"),
        "G8": ("four programs take the processor", "nothing lost, no connection given up"),
        "G9": ("a system call that is stuck or slow", "no other source misses a tick"),
        "H1": ("disk full at any write", "oldest dropped and counted, back within 5 s"),
        "H2": ("read or write error, remounted read-only", "goes on in memory, with an alarm"),
        "H3": ("damaged spool, 1000 mutations", "starts always, 2 readings per spot lost at most"),
        "H4": ("outage longer than the spool holds", "cap kept to one segment, oldest go, counted"),
        "H5": ("directory deleted, forbidden, taken", "a message, and memory or exit code 78"),
        "H6": ("spool of another format", "every released one is read, others kept aside"),
        "H7": ("wear of the card", "0.4 GB a day at most at 10 readings a second"),
        "I1": ("plugin raises at every call", "tried again, ever later; no other misses a tick"),
        "I2": ("plugin hangs", "ended, no other misses a tick, stops within 10 s"),
        "I3": ("plugin crashes or leaves", "the collector stays, counted"),
        "I4": ("plugin leaks memory, threads or files", "ended and counted, it alone"),
        "I5": ("plugin floods", "loses its own alone, counted"),
        "I6": ("values that are none", "refused with a reason, no invalid message"),
        "I7": ("ids that are none", "refused, no topic outside our own"),
        "I8": ("metric changes its type", "that metric alone"),
        "I9": ("plugin missing, broken, of another API", "the rest starts, and why is shown"),
        "I10": ("configuration broken in 200 ways", "exit code 78 within 1 s, line and column"),
        "I11": ("reload with a broken configuration", "the old one goes on, nothing lost"),
        "I12": ("pattern that never ends", "no gap of a second anywhere else"),
        "I13": ("500 sensors of 10 metrics each second", "no tick missed on one core"),
        "I14": ("asked to stop in each of six states", "exit code 0 within 10 s, nothing lost"),
        "I15": ("asked to stop twice, or while starting", "no traceback, nothing to clean"),
        "I16": ("a day of random faults", "memory, files, threads flat; the ledger exact"),
    }
)
"""By id: the fault, and what has to hold beside what holds for all."""
