"""From circled takes to a film: segments, manifest, render."""
