"""The process that runs chains: `python -m core.worker`. Outlives the terminal."""
