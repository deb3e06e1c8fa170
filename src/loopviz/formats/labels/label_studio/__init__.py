"""Label Studio's JSON: tasks, what people drew on them, and who they are."""
