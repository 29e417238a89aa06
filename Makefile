# `make` sets up and makes every figure and table from the published densities of states; `make test` sets up and runs the
# tests; `make paper` simulates everything.

.PHONY: figures app quick paper equilibrium atlas interaction_atlas test test-minimum test-newest lint bench verify publish report page crate docs notebooks unlock

# Snakemake with a line for each finished stage; its full output goes to a file in .snakemake/log
SNAKEMAKE = PYTHONPATH=tools:scripts .venv/bin/snakemake --logger stages

define NAME_RESULTS
@echo "Figures:   results/runs/$(1)/figures and results/runs/$(1)/experiments/*/figure.svg"
@echo "Tables:    results/runs/$(1)/tables"
@echo "Scorecard: results/runs/$(1)/checks/scorecard.md"
endef

figures: .venv/installed
	$(SNAKEMAKE) --cores all --configfile config/published.yaml
	$(call NAME_RESULTS,published)
	@echo "Page:      docs/index.html"

# fit a table and explore the atlas in the browser
app: .venv/installed
	PYTHONPATH=scripts .venv/bin/python -m tlsglass.cli app

quick: .venv/installed
	$(SNAKEMAKE) --cores all --configfile config/quick.yaml
	$(call NAME_RESULTS,quick)

paper: .venv/installed
	$(SNAKEMAKE) --cores all
	$(call NAME_RESULTS,paper)

EQUILIBRIUM = results/runs/equilibrium
EQUILIBRIUM_TABLES = $(notdir $(wildcard config/equilibrium/*.csv))

# what comes of it is then what the package and the other runs show
equilibrium: .venv/installed
	$(SNAKEMAKE) --cores all --configfile config/equilibrium.yaml -- $(EQUILIBRIUM)/tables/annealing_cost.md \
		$(EQUILIBRIUM)/equilibrium/annealing.npz
	cp $(EQUILIBRIUM_TABLES:%=$(EQUILIBRIUM)/tables/%) config/equilibrium
	cp $(EQUILIBRIUM)/equilibrium/annealing.npz scripts/tlsglass/atlas/annealing.npz

# about an hour and a quarter on two cores; then it is what the package ships
atlas: .venv/installed
	$(SNAKEMAKE) --cores all --configfile config/atlas.yaml -- results/runs/atlas/tables/atlas_summary.csv \
		results/runs/atlas/tables/atlas_couplings.csv
	cp results/runs/atlas/atlas/atlas.npz scripts/tlsglass/atlas/atlas.npz

INTERACTION_ATLAS = results/runs/interaction_atlas

# the same for dipoles and strain tensors, a quarter of an hour on one core for each
interaction_atlas: .venv/installed
	$(SNAKEMAKE) --cores all --configfile config/interaction_atlas.yaml -- $(INTERACTION_ATLAS)/tables/interaction_atlas.csv
	cp $(INTERACTION_ATLAS)/atlas/interaction_*.npz scripts/tlsglass/atlas
	cp $(INTERACTION_ATLAS)/tables/interaction_atlas.csv config/interactions

verify: .venv/installed
	PYTHONPATH=scripts .venv/bin/python tools/resimulate_batches.py -n $(or $(N),2) $(if $(SEED),--seed $(SEED))

publish: .venv/installed
	PYTHONPATH=scripts .venv/bin/python tools/publish.py $(or $(RUN),paper)

report: .venv/installed
	$(SNAKEMAKE) --cores all --configfile config/published.yaml
	.venv/bin/snakemake --report results/runs/published/report.html --configfile config/published.yaml

page: .venv/installed
	$(SNAKEMAKE) --cores 1 --force page readme results_note --configfile config/published.yaml

# a Workflow RO-Crate; it is validated offline, against the vendored copy of the RO-Crate context in tools/ro_crate
crate: .venv-crate/installed
	rm -rf results/crate results/crate_cache.sqlite
	PYTHONPATH=scripts .venv-crate/bin/python tools/crate.py results/crate
	.venv-crate/bin/python tools/crate_context.py results/crate_cache
	.venv-crate/bin/rocrate-validator --no-interactive validate --no-paging --offline --cache-path results/crate_cache \
		--profile-identifier workflow-ro-crate results/crate

# the documentation site; every warning is an error
docs: .venv/installed
	PYTHONPATH=scripts .venv/bin/python -m sphinx -c docs -q -W --keep-going . build/site
	@echo "Site:      build/site/index.html"

# the outputs of docs/notebooks
notebooks: .venv/installed
	PYTHONPATH=scripts .venv/bin/python tools/notebooks.py

# after a run that was killed: removes its lock. Not while another run is alive in this folder.
unlock: .venv/installed
	.venv/bin/snakemake --unlock

# a module's tests run where what they share is built; the longest modules, first in testpaths, begin first. Three processes for
# two cores: one of them often waits, for Slurm or for a single job of a run. Python keeps what it compiles, also where the
# environment forbids that: hundreds of processes import the library.
test: export PYTHONDONTWRITEBYTECODE =
test: lint
	.venv/bin/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder

# the unit tests and a dry run with the oldest versions that pyproject.toml allows (Python 3.11), or with the newest ones
test-minimum test-newest: test-%: .venv-%/installed
	.venv-$*/bin/python -m pytest -W default tests/unit
	.venv-$*/bin/python -m snakemake --dry-run --quiet all --configfile config/published.yaml

lint: .venv/installed
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
	.venv/bin/snakefmt --check Snakefile workflow/rules && .venv/bin/snakemake --lint

bench: .venv-bench/installed
	PYTHONPATH=scripts .venv-bench/bin/python benchmarks/annealers.py && PYTHONPATH=scripts .venv-bench/bin/python benchmarks/tempering.py

# Another interpreter: make PYTHON=python3.12
PYTHON = python3
OLD = "$(PYTHON) is Python %d.%d: 3.11 or newer is needed, as in: make PYTHON=python3.12" % sys.version_info[:2]

define CHECK_PYTHON
@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) is not installed: Python 3.11 or newer is needed" >&2; exit 1; }
@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit($(OLD))'
endef

# The marker contains the place of .venv. Where that is another one (a folder that was moved), or where the Python in .venv is gone
# or too old, .venv is made again.
PLACE = import os, sys; print(os.path.realpath(".venv") if sys.version_info >= (3, 11) else "")
MARKED := $(shell cat .venv/installed 2>/dev/null)
ifeq ($(and $(MARKED),$(findstring <$(MARKED)>,<$(shell .venv/bin/python -c '$(PLACE)' 2>/dev/null)>)),)
.PHONY: .venv/installed
CLEAR = --clear
endif

QUIETLY = --quiet --disable-pip-version-check

# the packages of the lock and this checkout, with the command tlsglass; a link to the .venv of another checkout keeps that one
.venv/installed: requirements.lock
	$(CHECK_PYTHON)
	@test -e .venv || ! test -L .venv || { echo ".venv is a link to a folder that is gone; remove it with: rm .venv" >&2; exit 1; }
	@echo "Installing the packages of requirements.lock into .venv: about a minute"
	@$(PYTHON) -m venv $(CLEAR) .venv && .venv/bin/python -m pip install $(QUIETLY) --no-compile --require-hashes -r requirements.lock
	@.venv/bin/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true # by all cores, while pip compiles with one
	@test -L .venv || .venv/bin/python -m pip install $(QUIETLY) --no-deps --no-build-isolation --editable .
	@.venv/bin/python -c '$(PLACE)' > .venv/installed

.venv-newest/installed: pyproject.toml
	$(CHECK_PYTHON)
	$(PYTHON) -m venv --clear .venv-newest && .venv-newest/bin/python -m pip install --upgrade '.[workflow,app]' pytest mpmath
	touch $@

.venv-%/installed: requirements-%.lock
	$(CHECK_PYTHON)
	$(PYTHON) -m venv --clear .venv-$* && .venv-$*/bin/python -m pip install --require-hashes -r $<
	touch $@
