"""The question browser of the page: its data, what of it fits, and how it is embedded."""
