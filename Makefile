# Everything below runs in a virtual environment in .venv, made on first use.
DATASET ?= simulated
PROFILE ?= full
SOURCES ?= pretrained
CAMERA ?= 0
VENV := .venv
READY := $(VENV)/.ready
# Scripts in an environment know its place: one that was moved or copied along is made anew.
HERE := cd $(VENV) && test -x bin/python && { test ! -s .ready || test "$$(cat .ready)" = "$$(pwd -P)"; }
ifneq ($(shell { $(HERE); } 2>/dev/null && echo here),here)
.PHONY: $(READY)
endif
# One worker thread per library call: the work is spread over processes instead.
export OMP_NUM_THREADS ?= 1
# Every kernel and worker would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE
# Models train on this machine, or on a Dask cluster; once, or with several seeds.
AFAR = $(if $(CLUSTER),--cluster $(CLUSTER)) $(if $(SEEDS),--seeds $(SEEDS))
# A local copy of the recovered skeletons, instead of the download.
LOCAL = $(if $(SOURCE),--source $(SOURCE))
RUN := $(VENV)/bin/python -m gymlib

.DEFAULT_GOAL := help
.PHONY: help reproduce report models data predict compare live pretrained test test-unit test-browser lab lint bench publish clean

## Show this help
help:
	@awk '/^## /{text=substr($$0,4)} /^[a-z][a-z-]*:/{split($$1,n,":"); if (text) printf "  make %-12s %s\n", n[1], text; text=""}' $(MAKEFILE_LIST)
	@echo
	@echo "  DATASET=simulated|recovered|<your folder in data/>   now: $(DATASET)"
	@echo "  PROFILE=full|quick                                   now: $(PROFILE)"
	@echo "  EXTRACTOR=blazepose|tracker                          now: $(EXTRACTOR)"
	@echo "  CLUSTER=tcp://host:8786 trains the models, or labels FILMS, on a Dask cluster"
	@echo "  SEEDS=5 runs the protocol five times, with other folds, weights and order"
	@echo "  CLIPS=2000 is how many clips DATASET=skeletons gets"

## Re-run every notebook in order and render the report; an interrupted run continues
reproduce: $(READY)
	$(RUN) reproduce --dataset $(DATASET) --profile $(PROFILE) $(LOCAL) $(AFAR)

## Bring up to date only what is out of date
report: $(READY)
	$(RUN) report --dataset $(DATASET) --profile $(PROFILE) $(LOCAL) $(AFAR)

## Train and test every architecture, or MODELS="...", with whole videos left out; then the report
models: $(READY)
	$(RUN) models --dataset $(DATASET) --profile $(PROFILE) $(LOCAL) $(AFAR) $(if $(MODELS),--models $(MODELS))

## Make or download the data set
data: $(READY)
	$(RUN) data --dataset $(DATASET) --profile $(PROFILE) $(LOCAL) $(if $(CLIPS),--clips $(CLIPS))

## Label FILMS="...", or DATASET, with the weights of the package; write tables and overlay videos
predict: $(READY)
	$(RUN) predict $(FILMS) --dataset $(DATASET) --profile $(PROFILE) $(LOCAL) --sources $(SOURCES) \
		$(if $(EXTRACTOR),--extractor $(EXTRACTOR)) $(if $(PERSON),--person $(PERSON)) \
		$(if $(CLUSTER),--cluster $(CLUSTER))

## Set the first attempts of FILMS="a.mp4 b.mp4" side by side on a page; ATTEMPTS="1 3" takes others
compare: $(READY)
	$(RUN) compare $(FILMS) $(if $(ATTEMPTS),--attempts $(ATTEMPTS))

## Check everything: style, unit tests, the quick profile of all notebooks
test: lint
	$(VENV)/bin/python -m pytest -q -n auto --dist worksteal --durations=10

## Check the quick part: unit tests only
test-unit: $(READY)
	$(VENV)/bin/python -m pytest -q -n auto --dist worksteal -m "not slow" --hypothesis-profile=quick

## Name each frame while filming with CAMERA=0, or a film that plays instead of one
live: $(READY)
	$(RUN) live $(CAMERA)

## Train the weights of the package again, on generated skeletons
pretrained: $(READY)
	$(RUN) pretrained

## Use the widgets in a browser; with GYMLIB_SCREENSHOTS=1 their pictures are taken anew
test-browser: $(READY)
	$(VENV)/bin/python -m pytest -q tests/viewer/test_browser_*.py \
		$(if $(GYMLIB_SCREENSHOTS),tests/viewer/pictures.py)

## Explore in JupyterLab
lab: $(READY)
	$(VENV)/bin/jupyter lab notebooks

## Check style
lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

## Measure speed and memory
bench: $(READY)
	$(RUN) bench

## For maintainers: what the last full runs gave becomes report/, README's table, figures/overlay.*
publish: $(READY)
	$(RUN) publish

## Remove the environment, caches and what can be made again (your own data stay)
clean:
	rm -rf $(VENV) *.egg-info build .pytest_cache .ruff_cache .hypothesis figures/*/
	rm -rf data/recovered/results data/recovered/.done data/recovered/*.parquet
	for made in data/simulated data/simulated-quick data/skeletons data/skeletons-*; do \
	  if [ -d $$made ]; then find $$made -mindepth 1 -maxdepth 1 ! -name drafts -exec rm -rf {} +; fi; \
	done
	rmdir data/simulated data/simulated-quick data/skeletons data/skeletons-* 2>/dev/null || true
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python of the right version; pip refuses any other with a longer message.
$(READY): requirements.txt pyproject.toml
	@python=""; \
	for candidate in python3.11 python3.12 python3 python; do \
	  if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; \
	  then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "gymlib needs Python 3.11 or 3.12 (MediaPipe 0.10.21 has no later build), found: $$(python3 --version 2>/dev/null || echo none)" >&2; exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$($$python --version), a few minutes once ..."; \
	$$python -m venv --clear $(VENV) && \
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt && \
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . && \
	(cd $(VENV) && pwd -P >.ready)
