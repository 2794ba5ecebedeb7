"""What stands behind the emulated module `vaststreamx`."""
