"""The one way out: every word to and from a provider goes through here, once, bounded and redacted."""
