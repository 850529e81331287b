"""What goes wrong around a guest in other people's training jobs, the guard that stands against it, and its tests.

``python -m benchmarks.guarantees.run`` takes each guard out of a copy of the project, sees its tests fail, adds up what
the tests tried, and writes the tables of ``docs/guarantees.md``.
"""
