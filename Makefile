# make demo | make test: everything from nothing. Uses uv where it is installed, pip otherwise.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
INSTALL := $(if $(UV),$(UV) pip install -q --python $(BIN)/python,$(BIN)/python -m pip install -q --disable-pip-version-check)
DEMO := runs/demo

.PHONY: demo test check fmt faults bench calibrate content weights docs clean campaign-kill campaign-race campaign-torn campaign-disk campaign-soak

$(BIN)/python:
	$(if $(UV),$(UV) venv -q $(VENV),$(PYTHON) -m venv $(VENV))

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(INSTALL) -c constraints.txt -e '.[test]'
	@touch $@

demo: $(VENV)/.installed ## the embedded experiment, then its report
	$(BIN)/mhsim run persona-trap --out $(DEMO)
	$(BIN)/mhsim report $(DEMO)

test: $(VENV)/.installed-test check ## every check and every test
	$(BIN)/python -m pytest -q -n auto --cov --cov-report=term:skip-covered

check: $(VENV)/.installed-test ## style, types, layers, dependencies, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/codespell

fmt: $(VENV)/.installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

faults: $(VENV)/.installed-test ## runs against a server that misbehaves; docs/reliability/faults.md
	$(BIN)/python benchmarks/faults.py

calibrate: $(VENV)/.installed ## the measures on 1,000 samples each with planted truth; a quarter of an hour
	$(BIN)/mhsim calibrate measures --replications 1000 --json > docs/evaluation/measures.json

bench: $(VENV)/.installed-test ## the engine against a hand-written loop, our client against the provider's package, critic and screen
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/judging.py
	$(BIN)/python benchmarks/light.py
	$(BIN)/python benchmarks/critic.py

content: $(VENV)/.installed-test ## what the reference simulator says: repetition, variety, language
	$(BIN)/python benchmarks/content.py

weights: $(VENV)/.installed-test ## the text critic's tables, from docs/evaluation
	$(BIN)/python benchmarks/critic_weights.py

campaign-kill campaign-race campaign-torn campaign-disk campaign-soak: $(VENV)/.installed-test ## reliability, with a report in docs/reliability
	$(BIN)/python benchmarks/campaigns/$(subst disk,fill,$(@:campaign-%=%)).py

docs: $(VENV)/.installed-test ## what is generated in docs: schemas, help
	$(BIN)/mhsim check --schema docs/schemas
	$(BIN)/python -m mhsim.cli.help docs/commands.md

clean:
	rm -rf $(VENV) dist
