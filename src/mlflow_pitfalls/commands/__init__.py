"""The larger commands, a file each."""
