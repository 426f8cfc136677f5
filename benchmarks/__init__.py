"""Side-by-side measurements: every figure is a ratio between two things measured in turns in one run."""
