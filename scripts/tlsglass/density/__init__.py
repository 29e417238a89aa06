"""The density of states n(T, E) with errors: its energy grid, its counts and their merge, its fits."""
