"""One module for each figure: ``draw`` takes what its entry of the catalogue names and returns a ``style.Figure``."""
