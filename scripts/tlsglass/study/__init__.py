"""The configuration of a study, its simulation plan, its inventory of files, and publishing."""
