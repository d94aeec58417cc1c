# QuartzFlow
# SPDX-License-Identifier: Apache-2.0

SWIFT ?= swift
SERVER_FLAGS ?=
SIM_FLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help run setup build web test lint format protos man bench sim crash contract chaos-cluster commit-cuts owner-kills rolling-upgrade database-trouble firefox clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

run: ## Set up, build for release, build the console, start server and local agent
	@scripts/setup run
	$(SWIFT) build -c release --product quicflow
	$(SWIFT) build -c release --product quicflow-runner
	$(SWIFT) build -c release --product quicflow-work
	$(SWIFT) build -c release --product quicflow-server
	cd web && ./run build
	exec .build/release/quicflow-server dev $(SERVER_FLAGS)

test: ## Everything CI checks; one step: scripts/test STEP
	@scripts/test

setup: ## Install what building and testing need and is missing
	@scripts/setup test

build: ## Debug build of server, agent and command
	@scripts/setup run
	$(SWIFT) build

web: ## Check and build the console
	@scripts/setup run
	cd web && ./run all

lint: ## Formatting and style, as CI checks them
	@scripts/test lint

format: ## Format the Swift sources in place
	@scripts/swift-sources | xargs -0 $(SWIFT) format format --in-place --parallel

protos: ## Generate Sources/FlowWire/Generated from Protos/flow.proto
	@scripts/protos

man: ## Write the manual pages of the built commands to .build/man, in both languages
	@scripts/man .build/release .build/man
	@scripts/man --language zh .build/release .build/man

bench: ## Measure everything docs/performance.md shows (minutes)
	@scripts/bench

SEEDS ?= 0..9999

sim: ## Live through simulated histories; SEEDS=0..99999 for all night, SIM_FLAGS=--all-mutants
	$(SWIFT) build -c release --product flow-sim
	.build/release/flow-sim --seeds $(SEEDS) $(SIM_FLAGS)

crash: ## End server, agent and runner at each named place, three times; needs a debug build
	.venv/bin/python Tests/Chaos/crash_points.py --bin .build/debug $(CRASH_FLAGS)

CASES ?= 50000

contract: ## Send what the served OpenAPI document allows and forbids, CASES=50000 at least; needs a debug build
	.venv/bin/python Tests/API/contract_test.py --bin .build/debug --examples 25 --at-least $(CASES)

CLUSTER_SEEDS ?= 1-20
CUTS ?= 60
KILLS ?= 10

chaos-cluster: ## Disturb several servers on one PostgreSQL, 20 times, and count; CHAOS_FLAGS="--seconds 180"
	.venv/bin/python Tests/Chaos/cluster_chaos.py --bin .build/debug --seeds $(CLUSTER_SEEDS) $(CHAOS_FLAGS)

commit-cuts: ## Cut connections to the database exactly at COMMIT, and count; CUTS=500
	.venv/bin/python Tests/Chaos/commit_cuts.py --bin .build/debug --cuts $(CUTS)

owner-kills: ## End the server that owns the shards, again and again, and measure the gap; KILLS=200
	.venv/bin/python Tests/Chaos/owner_kills.py --bin .build/debug --kills $(KILLS)

rolling-upgrade: ## Replace servers one by one behind a balancer, under load, and count what failed; UPGRADE_FLAGS="--before DIR"
	.venv/bin/python Tests/Chaos/rolling_upgrade.py --bin .build/debug $(UPGRADE_FLAGS)

database-trouble: ## Refuse, end, fill and slow down the database of two servers; as root
	.venv/bin/python Tests/Chaos/database_trouble.py --bin .build/debug $(CHAOS_FLAGS)

firefox: ## A short journey through the console in Firefox; needs Debian's firefox-esr and a debug build
	.venv/bin/python Tests/Support/dev_server.py --bin .build/debug -- .venv/bin/python Tests/Console/firefox_test.py {base} \
		--username {user} --password-file {password_file}

clean: ## Remove build output; keeps fetched dependencies
	$(SWIFT) package clean
	rm -rf web/dist
