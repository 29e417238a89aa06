"""Foundations: jackknife estimates, statistics, atomic files with checksums, labels, compilation, and provenance."""
