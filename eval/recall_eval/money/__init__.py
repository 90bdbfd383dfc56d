"""The ledger as money: price tables, what a run used, what that costs, and from when a memory pays."""
