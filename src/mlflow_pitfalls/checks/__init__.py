"""Pure functions of a record that answer with an outcome: one file a pitfall group."""
