"""What may be done to values between the source and the buffer: a module per type of transform.

`kinds` is the table of the types, `pipeline` runs those of one source and sensor in the order of
the file. Nothing here reads a clock: a step knows the time by the stamps of what comes through it.
"""
