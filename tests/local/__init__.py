"""Tests of the stand-in: the contract that AWS keeps, and what only local mode does."""
