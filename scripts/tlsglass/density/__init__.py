"""The density of states n(T, E) with errors.

Its energy bins (grid), its counts and their file (counts), their merge (merge) from the files of a study
(shards), those of one set (densities), its fits (power_law).
"""
