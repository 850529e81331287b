"""Small extra fits, under a budget, that turn into facts."""
