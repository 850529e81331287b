"""Immutable data that every layer shares: events, profiles, records, outcomes and log items. Standard library only."""
