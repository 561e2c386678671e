"""Lighthouse over the console's pages, as they are on the local stack."""
