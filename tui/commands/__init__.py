"""The commands, a few a module. Each is a pair: what it takes, and what it does.

Data goes to stdout, talk to stderr. A command's module is imported only when it is called.
"""
