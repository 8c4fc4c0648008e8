"""The engine of Rushes: everything but the screen. Knows neither `tui` nor Textual."""
