"""From bounded samples of both sides to the facts of a record: one file for each kind of fact."""
