"""Panels: rows in, lines out."""
