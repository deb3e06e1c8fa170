"""Consent: which questions ask for it, what their answers mean, and how many people agreed."""
