"""What a file is, by its content, and why it cannot be read: judged once for exports and for filled-in forms."""
