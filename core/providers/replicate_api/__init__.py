"""Replicate's side of the wire: models and words, pure; `core.providers.replicate` acts on them."""
