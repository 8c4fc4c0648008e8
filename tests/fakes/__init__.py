"""Providers that answer as their documents say, on this machine's loopback."""
