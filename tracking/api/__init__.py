"""REST: parse, call one service, render."""
