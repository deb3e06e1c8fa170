"""The review folder: labels to look at and decide on in a browser, and what was decided, back into the dataset."""
