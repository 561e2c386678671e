"""Integrations and actions: their models, their tables, their schemas."""
