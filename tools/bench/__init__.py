"""Benchmarks: what the project claims about time and memory, measured."""
