"""The ground floor: errors, units, paths, clean text. Imports nothing of ours."""
