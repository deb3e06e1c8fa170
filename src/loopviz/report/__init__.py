"""The makers of pages that people look at to decide: contact sheets of reviewed work."""

from loopviz.report.contact_sheet import contact_sheets

__all__ = ["contact_sheets"]
