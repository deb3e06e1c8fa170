"""Formats of labels on pictures: one folder or module a format."""
