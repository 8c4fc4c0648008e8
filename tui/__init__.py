"""The terminal: command line and dashboard. Only `bridge` and `cli` call the studio."""
