"""Equations of the paper: kernels, functionals of a density of states, closed forms, and fits in temperature."""
