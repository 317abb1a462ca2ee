# Lockstep's few words. `make` alone lists them.

PORT ?= 8000
SANDBOX_PORT ?= 9001
VENV ?= .venv
export PORT SANDBOX_PORT ONCE
# What pip has to say about itself is noise here.
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

# Always `python -m`: the scripts in .venv/bin stop working when the folder is moved.
python = $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: $(VENV)/can-run ## try Lockstep here; PORT=8001, SANDBOX_PORT=9002; ONCE=1 ends after the first import
	@exec $(python) -m config.trial

# Twice: on SQLite with the embedded broker, and what touches the database again on PostgreSQL with
# Redis. Each round ends with what was left out on this machine, and why.
.PHONY: test
test: $(VENV)/can-develop ## all tests
	@$(python) -m pytest -n auto --maxprocesses 4
	@LOCKSTEP_TEST_ON=services $(python) -m pytest -n auto --maxprocesses 4

.PHONY: lint
lint: $(VENV)/can-develop ## style, types, which part may import which, migrations
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	DEBUG=1 $(python) -m mypy
	$(python) -c "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo'])"
	DEBUG=1 $(python) manage.py makemigrations --check --dry-run

.PHONY: format
format: $(VENV)/can-develop ## put the code in shape
	$(python) -m ruff check --fix .
	$(python) -m ruff format .

.PHONY: coverage
coverage: $(VENV)/can-develop ## which lines no test reaches
	@$(python) -m pytest -n auto --maxprocesses 4 --cov --cov-report=term-missing:skip-covered

.PHONY: bench
bench: $(VENV)/can-develop ## the numbers of the README, measured
	@exec $(python) -m benchmarks

.PHONY: soak
soak: $(VENV)/can-develop ## the randomized tests, many times over; TIMES=100
	@LOCKSTEP_TEST_TIMES=$(or $(TIMES),100) $(python) -m pytest -m randomized -n auto --maxprocesses 4

.PHONY: clean
clean: ## forget the environment and everything tried here, the database in var/ included
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage

# Made by hand when requirements.txt or requirements-dev.txt change.
.PHONY: constraints
constraints: ## pin what the requirements bring along
	rm -rf $(VENV) && : > constraints.txt && $(MAKE) $(VENV)/can-develop
	{ echo '# What the requirements bring along, pinned. Made by `make constraints`.'; \
	  $(python) -m pip freeze | grep -viE "^($$(sed -nE 's/^([a-z0-9-]+)(\[.*\])?==.*/\1/p' \
	    requirements.txt requirements-dev.txt | paste -sd '|' -))==" ; } > constraints.new
	mv constraints.new constraints.txt

# ---------------------------------------------------------------- the environment

$(VENV)/can-run: requirements.txt constraints.txt
	@sh -c "$$make_environment"
	@$(python) -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/can-develop: $(VENV)/can-run requirements-dev.txt
	@echo "Adding what tests and checks need."
	@$(python) -m pip install --quiet -r requirements-dev.txt
	@touch $@

# A .venv whose Python was removed or upgraded no longer starts: it is made again.
starts = test -x $(python) && $(python) -c 'import pip' 2>/dev/null
ifneq ($(shell $(starts) && echo yes),yes)
.PHONY: $(VENV)/can-run
endif

# Asked, not believed: version managers put commands on the PATH that only print an error.
define judge
import sys
version = '%d.%d.%d' % sys.version_info[:3]
if sys.version_info < (3, 11):
    print('old ' + version)
else:
    try:
        import ensurepip, venv
        print('good ' + version)
    except ImportError:
        print('bare ' + version)
endef
export judge

define make_environment
$(starts) && { echo "Updating the environment in $(VENV)."; exit 0; }
bare= old=
for candidate in $${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    verdict=$$("$$candidate" -c "$$judge" 2>/dev/null) || continue
    case "$$verdict" in
    good*)
        echo "Making the environment in $(VENV) with Python $${verdict#* }; this takes a minute, once."
        exec "$$candidate" -m venv --clear "$(VENV)" ;;
    bare*)
        bare="$$candidate ($${verdict#* })" ;;
    old*)
        old="$$old $$candidate ($${verdict#* })" ;;
    esac
done
if [ -n "$$bare" ]; then
    echo "$$bare is new enough, but came without its venv module."
    echo "On Debian and Ubuntu: apt install python3-venv. Then run this again."
elif [ -n "$$old" ]; then
    echo "Lockstep needs Python 3.11 or newer. Found only:$$old."
    echo "Install a newer one, or name it: make run PYTHON=/path/to/python3.12"
else
    echo "Lockstep needs Python 3.11 or newer, and found none$${PYTHON:+ at $$PYTHON}."
    echo "Install it, or name it: make run PYTHON=/path/to/python3.12"
fi >&2
exit 1
endef
export make_environment
