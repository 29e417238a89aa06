"""Observables and their models as functions of temperature: one ``Observable`` per measured quantity."""
