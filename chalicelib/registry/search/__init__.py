"""Search over actions, free of I/O: `words` (text → terms), `documents` (action → weighted terms), `index`, `rank`."""
