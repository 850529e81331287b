"""PitfallBench: how often each check finds what it should, and how often it cries wolf."""
