"""What to tune next, as facts, advice and a script of its own."""
