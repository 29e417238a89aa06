"""The configuration of the study: its axes, its checks, what is published."""
