"""schemathesis against a whole local stack: how it is set up, and what it is told of the things that are there."""
