"""The Hamiltonian: lattice, disorder, one realization in integers, and its excitation energies."""
