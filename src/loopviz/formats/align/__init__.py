"""Which frame of a source each frame of a label set is."""
