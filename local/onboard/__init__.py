"""Checks a real organization step by step and says what is missing: `make onboard`. Read-only unless told else."""
