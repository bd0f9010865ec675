"""What is true: the surviving values of one golden record, why each of them won, and its permanent ID.

Pure: no database, web, clock or randomness. `survive` is a function of a set of contributions, the rules,
the rank of the sources and today's date, so a rebuild gives the same bytes.
"""
