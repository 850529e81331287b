"""The tools that users would pick instead, on the same cases."""
