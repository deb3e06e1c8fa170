"""What may name a person: aliases, small cells, and forgetting somebody."""
