"""Whether a run may pass: its flags against the least severity that stops it, and the reports that CI systems read."""
