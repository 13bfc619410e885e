"""Tests of what is written for people: README.md, CONTRIBUTING.md, SECURITY.md, CHANGELOG.md and docs/."""
