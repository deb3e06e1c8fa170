"""A model beside the crowd: two pictures of one frame, what each side says of it, and how far they agree."""
