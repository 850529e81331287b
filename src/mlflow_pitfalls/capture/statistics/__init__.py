"""Statistics of both sides of a split, from small arrays to facts."""
