"""The six steps: poll, understand, analyse, learn, compose, send.

Each asks the store for unfinished work under a lease, computes outside any transaction, and writes what
came of it in one. A crash costs one batch; several processes may run the same step.
"""
