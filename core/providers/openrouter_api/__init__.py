"""What the three OpenRouter adapters share: its address, its errors, its money, its catalogue.

Facts are from its documents and SDK (openrouter.ai/docs: video generation, images, errors, limits; PyPI
`openrouter` 1.3.84; its OpenAPI document of 2026-08-22) and from a stored answer of `GET /videos/models` of
2026-10-09. Nothing was tried against a live account; what only third parties say is marked unverified.
"""
