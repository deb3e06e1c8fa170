"""A page on this machine that shows a project's film while its files are edited."""
