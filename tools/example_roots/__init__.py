"""The exports of the small examples under examples/: synthetic, the same bytes each time."""
