"""Builds every object once and hands out a facade a desk. Wires, never decides."""
