"""Filled-in self-evaluation forms: read from files of any layout, and checked as a reviewer would."""
