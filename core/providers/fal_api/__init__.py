"""fal's side of the wire: models, names, prices and words, pure; `core.providers.fal` acts on them."""
