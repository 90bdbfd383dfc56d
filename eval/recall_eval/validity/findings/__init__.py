"""What the gate looks into: one module a finding, with ``NAME``, ``TITLE`` and ``find(case)``."""
