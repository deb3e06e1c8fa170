"""Reviewing work by rules, with the evidence for every decision."""
