"""Whoever makes moving pictures, behind one contract. Adapters know nothing of film."""
