"""Results of Amazon Mechanical Turk batches, and the files that are uploaded there."""
