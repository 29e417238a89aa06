"""Monte Carlo: the hot loop, the annealing of one batch of realizations, its checkpoint."""
