"""What a terminal is told and what is believed of its answers. Pure, but for the one thread in `outlet`."""
