# The two commands: `make run` and `make test`. Needs Python 3.11 or newer and nothing else.
.PHONY: run manage test check fix lock bench screenshots
.DEFAULT_GOAL := run

BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Another environment that is active in the shell has no part in this one.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK := 1

## Start the product here: PORT, BIND, DATA_DIR and docs/settings.md change how.
run: $(BIN)/.installed
	@exec $(BIN)/python -m designer.setup.serve

## Run one of the product's commands beside it: make manage ARGS=login_link
manage: $(BIN)/.installed
	@$(BIN)/python -m designer.setup.serve $(ARGS)

## Run all tests, those in a browser too. ARGS="-k name" picks some.
test: $(BIN)/.installed-dev
	@.ci/chromium
	@.ci/pytest $(ARGS)

## What a change must pass besides the tests.
check: $(BIN)/.installed-dev
	ruff check
	ruff format --check
	djade --check --target-version 5.2 $$(find templates -name '*.html')
	mypy
	lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings python manage.py makemigrations --check --dry-run
	env -u DEBUG SECRET_KEY=$$(python -c "import secrets; print(secrets.token_urlsafe(50))") \
		ALLOWED_HOSTS=tapwright.example HTTPS=1 DATABASE_URL= \
		python manage.py check --deploy --fail-level WARNING

## Format, and mend what can be mended without a person.
fix: $(BIN)/.installed-dev
	ruff check --fix
	ruff format
	djade --target-version 5.2 $$(find templates -name '*.html')

## Measure; docs/benchmarks.md says what the figures mean.
bench: $(BIN)/.installed-dev
	@.ci/chromium
	@$(BIN)/python -m benchmarks

## Make the pictures of the guide anew.
screenshots: $(BIN)/.installed-dev
	@.ci/chromium
	@$(BIN)/python -m docs.screenshots

## Pin the newest versions that pyproject.toml allows.
lock: $(BIN)/.installed-dev
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --output-file requirements-dev.lock
LOCK := uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate \
	--python-version 3.11 pyproject.toml

$(BIN)/.installed: requirements.lock
	@.ci/install requirements.lock
	@touch $@

$(BIN)/.installed-dev: requirements.lock requirements-dev.lock
	@.ci/install requirements-dev.lock
	@touch $@ $(BIN)/.installed
