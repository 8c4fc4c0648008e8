"""What the Gemini adapters share: one synchronous call, its errors and refusals, its kept replies.

Facts are from the google-genai SDK (3.3.0) and from copies of ai.google.dev's pages (images, structured
output, prices, errors), read on 20 November 2026. Nothing was tried with a live key.
"""
