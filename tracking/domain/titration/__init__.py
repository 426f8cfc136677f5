"""The titration loop (CLINICAL 7): a person proposes a change, a prescriber confirms it, a draw answers it.

Nothing here computes, proposes or changes a dose. What is here says which steps are legal, what a prescriber is to read before
he confirms, and what stood before and after.
"""
