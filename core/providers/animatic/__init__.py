"""The animatic provider: clips from plates and camera moves, on this machine, free of charge."""
