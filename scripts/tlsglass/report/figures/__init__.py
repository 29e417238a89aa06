"""Figures, one module each: ``draw`` takes the inputs and settings of its catalogue entry and returns a ``style.Figure``."""
