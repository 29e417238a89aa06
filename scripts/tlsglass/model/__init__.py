"""One realization of Eq. (2): its lattice, its disorder, its integer Hamiltonian, its excitation energies."""
