"""Stand-ins for the vendor's three programs: `vamc`, `vamp` and the Python module `vaststreamx`.

They model the chip's arithmetic and the programs' interface: files, calls, shapes, order, errors. They do not model
its speed, its memory, or which operators it supports.
"""
