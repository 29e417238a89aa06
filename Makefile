# Two doors: `make` sets up and makes every figure and table from the published densities of states, `make test` sets up and
# runs the tests. `make paper` simulates everything anew. Every line below can be typed.

.PHONY: figures quick paper equilibrium atlas test test-minimum test-newest lint bench verify publish report page crate docs unlock

figures: .venv/installed
	.venv/bin/snakemake --cores all --configfile config/published.yaml

quick: .venv/installed
	.venv/bin/snakemake --cores all --configfile config/quick.yaml

paper: .venv/installed
	.venv/bin/snakemake --cores all

EQUILIBRIUM = results/runs/equilibrium
EQUILIBRIUM_TABLES = $(notdir $(wildcard config/equilibrium/*.csv))

# what comes of it is then what the package and the other runs show
equilibrium: .venv/installed
	.venv/bin/snakemake --cores all --configfile config/equilibrium.yaml -- $(EQUILIBRIUM)/tables/annealing_cost.md \
		$(EQUILIBRIUM)/equilibrium/annealing.npz
	cp $(EQUILIBRIUM_TABLES:%=$(EQUILIBRIUM)/tables/%) config/equilibrium
	cp $(EQUILIBRIUM)/equilibrium/annealing.npz scripts/tlsglass/atlas/annealing.npz

# about an hour on two cores; then it is what the package ships
atlas: .venv/installed
	.venv/bin/snakemake --cores all --configfile config/atlas.yaml -- results/runs/atlas/tables/atlas_summary.csv \
		results/runs/atlas/tables/atlas_couplings.csv
	cp results/runs/atlas/atlas/atlas.npz scripts/tlsglass/atlas/atlas.npz

verify: .venv/installed
	PYTHONPATH=scripts .venv/bin/python tools/resimulate_batches.py -n $(or $(N),2) $(if $(SEED),--seed $(SEED))

publish: .venv/installed
	PYTHONPATH=scripts .venv/bin/python tools/publish.py $(or $(RUN),paper)

report: .venv/installed
	.venv/bin/snakemake --cores all --configfile config/published.yaml
	.venv/bin/snakemake --report results/runs/published/report.html --configfile config/published.yaml

page: .venv/installed
	.venv/bin/snakemake --cores 1 --force page readme --configfile config/published.yaml

# a Workflow RO-Crate; the validator asks w3id.org for the context of its terms
crate: .venv-crate/installed
	rm -rf results/crate
	PYTHONPATH=scripts .venv-crate/bin/python tools/crate.py results/crate
	.venv-crate/bin/rocrate-validator --no-interactive validate --no-paging --profile-identifier workflow-ro-crate results/crate

# docs/notebooks with their outputs, docs/api from docstrings
docs: .venv/installed
	PYTHONPATH=scripts .venv/bin/python tools/notebooks.py
	PYTHONPATH=scripts .venv/bin/python tools/api.py

# after a run that was killed: removes its lock. Not while another run is alive in this folder.
unlock: .venv/installed
	.venv/bin/snakemake --unlock

# a module's tests run where what they share is built; the longest modules, first in testpaths, begin first
test: lint
	.venv/bin/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

# the unit tests and a dry run with the oldest versions that pyproject.toml allows (Python 3.11), or with the newest ones
test-minimum test-newest: test-%: .venv-%/installed
	.venv-$*/bin/python -m pytest -W default tests/unit
	.venv-$*/bin/python -m snakemake --dry-run --quiet all --configfile config/published.yaml

lint: .venv/installed
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
	.venv/bin/snakefmt --check Snakefile workflow/rules && .venv/bin/snakemake --lint

bench: .venv-bench/installed
	PYTHONPATH=scripts .venv-bench/bin/python benchmarks/annealers.py && PYTHONPATH=scripts .venv-bench/bin/python benchmarks/tempering.py

# The marker holds the place of .venv: in a folder that was moved, or where its Python is gone, .venv is made again.
PLACE = import os; print(os.path.realpath(".venv"))
ifneq ($(shell .venv/bin/python -c '$(PLACE)' 2>/dev/null),$(shell cat .venv/installed 2>/dev/null))
.PHONY: .venv/installed
CLEAR = --clear
endif

# the packages of the lock and this checkout, with the command tlsglass; a link to the .venv of another checkout keeps that one
.venv/installed: requirements.lock
	python3 -c 'import sys; sys.version_info >= (3, 11) or sys.exit("python3 is %d.%d: Python 3.11 or newer is needed" % sys.version_info[:2])'
	python3 -m venv $(CLEAR) .venv && .venv/bin/python -m pip install --require-hashes -r requirements.lock
	test -L .venv || .venv/bin/python -m pip install --no-deps --no-build-isolation --editable .
	.venv/bin/python -c '$(PLACE)' > .venv/installed

.venv-newest/installed: pyproject.toml
	python3 -m venv .venv-newest && .venv-newest/bin/python -m pip install --upgrade '.[workflow,excel]' pytest mpmath
	touch $@

.venv-%/installed: requirements-%.lock
	python3 -m venv .venv-$* && .venv-$*/bin/python -m pip install --require-hashes -r $<
	touch $@
