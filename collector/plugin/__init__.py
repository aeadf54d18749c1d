"""What a plugin gives the collector, and how the collector finds it. `hooks` is the manual."""
