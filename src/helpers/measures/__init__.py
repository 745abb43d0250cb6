"""Declared measures to figures over the tidy tables."""
