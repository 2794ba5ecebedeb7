"""The program `vamc`: from a compile file to a compiled set."""
