"""Ark's words: what its models take, what a request and a task look like, what its errors mean.

Pure but for one look at a picture's size. Sources: the vendor's Python SDK (`content_generation.tasks`), its
video tutorial (docs.byteplus.com, ModelArk, "video generation") and its error list
(volcengine.com/docs/82379/1299023), read on 20 November 2026. What only third parties say is marked.
"""
