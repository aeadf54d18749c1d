"""Which requests read the wanted points in the least time of the link. Pure: no bus in sight."""
