"""Pictures and clips: decode, encode, measure. A measure returns a number, never a verdict."""
