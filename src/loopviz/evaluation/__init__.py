"""How well detections agree with labels: what was matched, missed, extra, and the measures of the field."""
