"""The declared inputs of one fiscal year: models, loading, errors that name file, line and remedy."""
