"""Simulators of the services that Feedwarden talks to: their semantics, their faults, their delays."""
