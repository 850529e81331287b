"""Live objects to facts: lineage, profile, scores, the recorder. With probes, the only code that sees rows."""
