"""Eqs. (3)-(11), (A1) and (A2): functionals of a density of states, laws in temperature, closed forms."""
