"""Tests of the Azure DevOps adapter: its wires, its sender, its client, and all of it against the simulator."""
