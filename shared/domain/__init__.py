"""Pure rules on plain data: no clock, no randomness, no input or output."""
