"""Label and people files in and out: one module a format, each beginning with what the format says.

``registry`` lists the formats; ``reading`` and ``writing`` read and write label sets in any of them.
"""
