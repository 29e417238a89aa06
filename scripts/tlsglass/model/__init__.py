"""The model of Eq. (2): lattice, disorder, one realization in integers, and its excitation energies."""
