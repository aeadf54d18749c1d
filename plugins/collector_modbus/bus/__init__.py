"""The link at work: bytes in and out, transactions, what is owed by whom, who is left alone."""
