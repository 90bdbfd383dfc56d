"""From rows to conclusions: intervals, paired comparisons, ties, power and sources of variance."""
