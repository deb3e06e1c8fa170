"""Detectors made of a crowd's labels: what they learn from, and how."""
