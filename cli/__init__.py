"""The `waygate` command: a client of the HTTP API, and of nothing else."""

VERSION = "0.1.0"
