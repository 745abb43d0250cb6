"""Exports to tidy tables: read, clean, time, reconcile."""
