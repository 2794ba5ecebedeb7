"""Hand-written files: found, told apart, brought into their present form, and made into specs."""
