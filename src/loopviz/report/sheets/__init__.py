"""Sheets for print: pages of pictures, lines and words at an exact size, as PDF or PNG."""
