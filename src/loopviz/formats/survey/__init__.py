"""Exports of surveys: Qualtrics, and any CSV file with one row a person."""
