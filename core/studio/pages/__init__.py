"""What the dashboard's screens read and do, a module a screen: frozen rows, `read`, and its acts.

Reading imports nothing heavy (the standard library's sqlite3 only); an act imports what it needs
when a person does it.
"""
