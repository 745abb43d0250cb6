"""Damage the exports of whole years at random places and see whether the product says so.

Nothing of the product imports this package. ``python -m tools.mutate`` damages copies of the example
years and of a generated year in another layout, evaluates each as the stage notebooks do, and prints
a table by kind of damage; see docs/mutation.md.
"""
