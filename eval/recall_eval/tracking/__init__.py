"""Finished runs sent to experiment trackers, as Hydra callbacks."""
