"""Measurements that tests cannot make: cost, and how often the checks are right."""
