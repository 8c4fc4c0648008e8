"""The dashboard, measured from outside: the real `rushes` on a pty, and another process at work."""
