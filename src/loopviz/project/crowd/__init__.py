"""The section ``crowd`` of a project: batches and a survey in, a dataset, a review and an account out."""
