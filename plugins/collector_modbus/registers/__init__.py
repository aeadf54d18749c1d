"""What registers mean: tables, spans, types and decoding. Pure: no bus in sight."""
