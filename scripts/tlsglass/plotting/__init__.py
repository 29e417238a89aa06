"""Matplotlib style and the panels that show measured points with their fits."""
