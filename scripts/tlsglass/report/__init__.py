"""Figures, tables, captions, documentation pages, and the web page, driven by one catalogue."""
