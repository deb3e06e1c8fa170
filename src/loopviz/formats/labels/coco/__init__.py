"""COCO instances in JSON, and traceable COCO, which says who drew each annotation."""
