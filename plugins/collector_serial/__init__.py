"""Serial instruments: lines, telegrams and binary frames, listened to or asked for."""
