"""Measured data: reading tables, units, inferring columns, and the schema of a dataset."""
