"""For tests of plugins and of the collector itself: time that is advanced by hand, and fakes."""
