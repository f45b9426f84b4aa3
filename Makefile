# Perigee's commands. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

installed := node_modules/.package-lock.json
lab := tsx lab/cli/main.ts

.PHONY: help setup test properties lint format bench unit engine lab-test lab-test-all toolchain up down status scenario demo interrupt ssh kubeconfig password logs cache-push golden docs

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# Where there is no bash, its check has to say so.
$(installed): SHELL := /bin/sh
$(installed): package.json package-lock.json
	@tools/beforeInstall.sh
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

setup: $(installed) ## Install the pinned dependencies
	@tsx test/setup.ts

test: setup ## Lint, types, unit and engine tests: all that needs no root
	@npm run --silent lint
	@npm run --silent types
	@mocha --parallel --jobs 2 'test/unit/**/*.test.ts' 'test/engine/**/*.test.ts'

# The seed of a failure is printed: `PERIGEE_SEED=N mocha FILE` repeats it.
properties: rounds ?= 10
properties: setup ## Property tests with other seeds than those of `make test`: rounds=10 of them
	@for seed in $$(shuf --input-range 1-1000000000 --head-count $(rounds)); do \
		echo "seed $$seed"; \
		PERIGEE_SEED=$$seed mocha --parallel --jobs 2 --reporter dot $$(grep -rl 'from "fast-check"' test/unit) || exit; \
	done

lint: setup ## ESLint, Prettier, markdownlint, knip, and who may import whom
	@npm run --silent lint

format: $(installed) ## Format all sources
	@npm run --silent format

bench: $(installed) ## Figures that need neither root nor a cluster
	@npm run --silent bench:register
	@npm run --silent bench:startup

unit: setup ## Unit tests
	@npm run --silent unit

engine: setup ## Life-cycle tests on the real Pulumi engine
	@npm run --silent engine

# Both rings test what is built: the same on every machine.
lab-test lab-test-all: export LAB_SOURCES ?= built

lab-test: setup ## The real thing: nodes, pods, traffic, failures, clean-up (root, 20 minutes)
	@$(lab) install
	@mocha --config test/lab/.mocharc.json --fgrep @all --invert 'test/lab/*.test.ts'

lab-test-all: setup ## The same and everything else: more faults, long waits, odd versions (root)
	@$(lab) install
	@tsx test/support/lab/sideBySide.ts

toolchain: $(installed) ## Build everything that the lab runs
	@tsx lab/supply/toolchain/build.ts

up: $(installed) ## Bring the lab up on this machine (root)
	@$(lab) up

down: $(installed) ## Remove the lab, all of it
	@$(lab) down

status: $(installed) ## Nodes, endpoints, ages
	@$(lab) status

scenario: $(installed) ## Something happens to the simulated spacecraft: make scenario NAME=battery-undervoltage
	@$(lab) scenario $(NAME)

demo: $(installed) ## What happens to a spacecraft, and what to watch where (5 minutes)
	@$(lab) demo

interrupt: $(installed) ## AWS takes a Spot machine back: make interrupt NODE=perigee-lab-passes-1
	@$(lab) interrupt $(NODE)

ssh: $(installed) ## A shell on a node: make ssh NODE=perigee-lab-default-1
	@$(lab) ssh $(NODE)

kubeconfig: $(installed) ## Write ./kubeconfig for kubectl
	@$(lab) kubeconfig

password: $(installed) ## Name and password for the dashboards
	@$(lab) password

logs: $(installed) ## What the machines' consoles and the lab's servers said
	@$(lab) logs $(NODE)

cache-push: $(installed) ## Share what was built here: make cache-push TO=/srv/perigee KEY=~/.ssh/id_ed25519
	@$(lab) cache-push $(TO) $(KEY)

golden: setup ## Renew the golden files
	@npm run --silent golden

docs: setup ## Renew the generated parts of docs/
	@npm run --silent docs
