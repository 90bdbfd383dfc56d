"""Runs against runs: what differs, by how much, and whether a gate lets it pass."""
