"""An unknown export looked at: its columns, what they likely mean, and a declaration to paste into year.yml."""
