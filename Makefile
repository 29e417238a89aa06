# Two doors: `make` sets up and runs the study with reduced statistics, `make test` sets up and runs the tests.
# `make paper` runs it with the statistics of the paper. Every line below can be typed.

.PHONY: quick paper test lint bench

quick: .venv/installed
	@echo "Reduced statistics (config/quick.yaml); 'make paper' runs the full study."
	.venv/bin/snakemake --cores all --configfile config/quick.yaml

paper: .venv/installed
	.venv/bin/snakemake --cores all

test: lint
	.venv/bin/python -m pytest

lint: .venv/installed
	.venv/bin/ruff check . && .venv/bin/ruff format --check .
	.venv/bin/snakefmt --check Snakefile workflow/rules && .venv/bin/snakemake --lint

bench: .venv-bench/installed
	PYTHONPATH=scripts .venv-bench/bin/python benchmarks/annealers.py

.venv/installed: requirements.lock
	python3 -m venv .venv && .venv/bin/python -m pip install --require-hashes -r requirements.lock
	touch .venv/installed

.venv-bench/installed: requirements-bench.lock
	python3 -m venv .venv-bench && .venv-bench/bin/python -m pip install --require-hashes -r requirements-bench.lock
	touch .venv-bench/installed
