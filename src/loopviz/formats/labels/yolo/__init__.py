"""YOLO datasets: one text file an image, and a ``data.yaml``."""
