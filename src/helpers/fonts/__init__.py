"""The faces that everything is set in: packaged ones, those of the machine, and how wide a text is."""
