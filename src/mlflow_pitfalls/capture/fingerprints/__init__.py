"""Fingerprints of content, by which rows are recognised in another container."""
