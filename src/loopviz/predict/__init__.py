"""Detections of a model in ONNX: no more is needed than ONNX Runtime."""
