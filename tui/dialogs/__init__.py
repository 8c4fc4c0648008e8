"""Questions and forms that stand in a line or a panel, never above the board."""
