"""HTTP in and out: one file per resource, no logic."""
