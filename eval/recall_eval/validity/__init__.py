"""The validity gate: whether a dataset can tell strategies apart, from controls on a sample."""
