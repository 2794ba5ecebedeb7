"""The program `vamp`: profiles a compiled set, or runs a list of inputs through it."""
