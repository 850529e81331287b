"""Extra small fits under a budget, from bounded samples to facts: one probe a file. Never on the user's thread."""
