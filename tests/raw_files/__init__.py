"""Builders of small files in the formats of the public sets, by hand: no text of theirs is copied."""
