"""Fits of measured data: likelihood, minimization, intervals, joint fits, reports, and closure tests."""
