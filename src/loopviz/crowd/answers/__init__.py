"""What people answered: whose response it is, joined to their work and brought to one spelling."""
