"""The run of one year: stages, publishing, manifest."""
