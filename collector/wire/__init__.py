"""The contract with the agent: topics, messages, ids, units and error codes. Pure, without I/O.

Both ends of the wire, the collector and the compatible agent, are built on this package. It is held
against the API document by the table in ``tests/contract``, which was typed by hand from the
document and imports nothing from here. Where the document contradicts itself,
``docs/wire-contract.md`` says what each side does.
"""
