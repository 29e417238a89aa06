"""Measured data: datasets, the models of what is measured, their fits, synthetic points."""
