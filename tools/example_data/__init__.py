"""Write the record-level exports of the two example years: synthetic, seeded, the same bytes every time.

Only totals follow published figures; every record is made up. Nothing of the product imports this
package, and it imports nothing of the product. Run ``python -m tools.example_data`` from the
project's root; the files under ``data/raw/<year>/exports/`` are overwritten.
"""
