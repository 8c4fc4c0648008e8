"""Whole screens: each draws what it is given and posts orders."""
