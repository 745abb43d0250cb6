"""What pages of tables alone, without charts and fonts, have in common."""

#: Nothing runs, and nothing is loaded from anywhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
