"""The status page and the metrics of a running collector, over HTTP, for people and scrapers.

Imported only where ``[web]`` is enabled. It reads and never acts: there is no route that changes
anything, and what it tells is the snapshot that ``collector status --json`` prints.
"""
