"""Images and masks on disk: reading, pairing, packing, the embedded sample, and the DSB2018 download."""
