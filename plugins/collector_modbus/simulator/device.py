"""One simulated device: what it answers, and what becomes of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from collector_modbus.registers.table import Block, Span
from collector_modbus.settings.simulate import SimulateSettings
from collector_modbus.simulator import pdus
from collector_modbus.simulator.misdeeds import Outcome, Request, Script, drawn_outcome
from collector_modbus.simulator.registers import DeviceRegisters

_STREAM_CODES = (1, 2, 3)
_ONE_OBJECT = 4
_LAST_BASIC_OBJECT = 2
_NAMES = ("vendor", "product_code", "revision", "vendor_url", "product_name", "model_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """What a device says of itself. Empty texts it does not know; all empty: it cannot be asked.

    Attributes:
        server_id: For function 17; the others are for function 43/14.
    """

    vendor: str = ""
    product_code: str = ""
    revision: str = ""
    vendor_url: str = ""
    product_name: str = ""
    model_name: str = ""
    server_id: str = ""

    @property
    def objects(self) -> Mapping[int, str]:
        """The objects of function 43/14 by their numbers (1.1b3, section 6.21); none if unknown."""
        texts = {number: str(getattr(self, name)) for number, name in enumerate(_NAMES)}
        known = {number: text for number, text in texts.items() if text}
        basic = {number: texts[number] for number in range(_LAST_BASIC_OBJECT + 1)}
        return basic | known if known else {}


class LiveWords(Protocol):
    """What stands in a device that is alive: registers that move by themselves."""

    def words(self, block: Block, t_s: float) -> Mapping[int, int]:
        """Return the words, or bits as 0 and 1, that are in this block so long after the start."""
        ...


class SimulatedDevice:
    """A device with one unit id. Any thread may use it.

    Args:
        unit_id: Its address, 0 to 255.
        registers: Where tests put words and bits.
        live: What moves by itself; ``registers`` stand before it.
        simulate: What it does wrong by itself.
        identification: What it says of itself.
        script: What a test wants it to do wrong, which stands before ``simulate``.

    Attributes:
        unit_id: Its address.
        registers: Its registers.
        live: What moves by itself. May be exchanged at any time.
    """

    def __init__(
        self,
        unit_id: int = 1,
        *,
        registers: DeviceRegisters | None = None,
        live: LiveWords | None = None,
        simulate: SimulateSettings | None = None,
        identification: Identification | None = None,
        script: Script = (),
    ) -> None:
        self.unit_id = unit_id
        self.registers = registers or DeviceRegisters()
        self.live = live
        self._simulate = simulate or SimulateSettings()
        self._identification = identification or Identification()
        self._script = script
        self._script_from = 1
        self._requests = 0
        for each in self._simulate.forbidden:
            span = Span(each.first, each.last + 1 - each.first)
            self.registers.forbid(Block(each.register_table, span))

    def follow(self, script: Script) -> None:
        """Do this from the next request on, in place of the former script."""
        self._script_from = self._requests + 1
        self._script = script

    def next_number(self) -> int:
        """Count a request and return its number."""
        self._requests += 1
        return self._requests

    def outcome_of(self, request: Request) -> Outcome:
        """Say what becomes of a request: what the script wants, else what is drawn."""
        scripted = self._scripted(request)
        return scripted or drawn_outcome(self._simulate, request)

    def answer(self, pdu: bytes, outcome: Outcome, t_s: float) -> bytes:
        """Return the PDU that answers a request.

        Args:
            pdu: The request.
            outcome: Its content-related part counts here: ``pdu`` and ``exception``.
            t_s: Seconds since the device was started.
        """
        if outcome.pdu is not None:
            return outcome.pdu
        if outcome.exception is not None:
            return pdus.exception_answer(pdu[0], outcome.exception)
        answer = self._right_answer(pdus.query_of(pdu), t_s)
        return answer if isinstance(answer, bytes) else pdus.exception_answer(pdu[0], answer)

    def _scripted(self, request: Request) -> Outcome | None:
        script = self._script
        if callable(script):
            return script(request)
        number = request.number - self._script_from
        return script[number] if 0 <= number < len(script) else None

    def _right_answer(self, query: pdus.Query, t_s: float) -> bytes | int:
        """Return the PDU of an answer, or the exception code of a refusal."""
        match query:
            case pdus.ReadQuery(block):
                return self._read(block, t_s)
            case pdus.LoopbackQuery(text):
                return pdus.loopback_answer(text)
            case pdus.ServerIdQuery() if self._identification.server_id:
                return pdus.server_id_answer(self._identification.server_id)
            case pdus.IdentificationQuery(code, number) if self._identification.objects:
                return _identified(self._identification.objects, code, number)
            case pdus.UnansweredQuery(code):
                return code
        return pdus.ILLEGAL_FUNCTION

    def _read(self, block: Block, t_s: float) -> bytes | int:
        live = self.live.words(block, t_s) if self.live is not None else {}
        items = self.registers.read(block, live)
        if items is None:
            return pdus.ILLEGAL_ADDRESS
        return pdus.read_answer(block.table, items)


def _identified(objects: Mapping[int, str], code: int, number: int) -> bytes | int:
    """Answer function 43/14 (1.1b3, section 6.21)."""
    if code == _ONE_OBJECT:
        found = {number: objects[number]} if number in objects else None
        return pdus.identification_answer(code, found) if found else pdus.ILLEGAL_ADDRESS
    if code not in _STREAM_CODES:
        return pdus.ILLEGAL_VALUE
    last = _LAST_BASIC_OBJECT if code == 1 else max(objects)
    known = {each: text for each, text in objects.items() if each <= last}
    first = number if number in known else 0
    return pdus.identification_answer(code, {at: known[at] for at in known if at >= first})
