"""Every number quoted from the paper or from this study, its alternatives, and the scorecard of the paper's claims."""
