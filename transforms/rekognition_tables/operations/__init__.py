"""Each operation as data: its names, request, tables. The one truth for all that reads them.

Nothing is imported here, so that a name (`names`) costs nothing.
"""
