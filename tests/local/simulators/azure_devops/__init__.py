"""Tests of the Azure Artifacts simulator."""
