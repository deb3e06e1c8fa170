"""CVAT XML 1.1, for images and for video (https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/)."""
