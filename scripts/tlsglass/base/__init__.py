"""What everything stands on: whole-or-nothing files, one-line errors, values with errors, spelled names, provenance."""
