"""Files about the people: their answers, their consent, and who did which assignment."""
