"""The density of states n(T, E) with errors: energy bins, counts, merging, and fits of Eq. (3)."""
