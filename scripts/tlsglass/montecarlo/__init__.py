"""Monte Carlo simulation: the hot loop, annealing, exchange Monte Carlo, checkpoints, and tests of equilibration."""
