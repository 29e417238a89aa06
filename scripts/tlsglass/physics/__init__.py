"""Equations (3)-(11), (A1) and (A2) of the paper: kernels, functionals of a density of states, and closed forms."""
