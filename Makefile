# Tracelet. `make` alone prints what there is to do. Everything built goes to build/. V=1 shows the commands.
SHELL := /bin/bash
.DEFAULT_GOAL := help
ifeq ($(V),1)
Q :=
else
Q := @
MAKEFLAGS += --no-print-directory
endif
export TRACELET_ROOT := $(CURDIR)
NODE_BIN := node_modules/.bin
SOURCES := $(shell find compiler -name '*.ts' -o -name '*.ohm' 2>/dev/null)
LOADER_SOURCES := $(wildcard loader/*.c loader/*.h loader/Makefile)

.PHONY: help deps gen build loader cli package playground playground-build demo test check lint types cases test-verifier test-kernel test-matrix test-scripts bench fuzz fuzz-verifier update fmt dump snapshots clean

help: ## print this help
	@echo "tracelet: the bpftrace language as ordinary CO-RE eBPF objects"; echo
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{ printf "  make %-14s %s\n", $$1, $$2 }'
	@echo; echo "  V=1 shows commands; ONLY=PATTERN narrows make test to test files that match"

deps: build/.deps ## install what the build and the tests need (npm packages; as root on Debian also system packages)
build/.deps: package.json package-lock.json test/debian-packages
	@mkdir -p build
	$(Q)test/install-debian-packages build
	$(Q)npm ci --no-audit --no-fund --loglevel=error
	@touch $@

gen: build/.deps ## regenerate *.gen.* files from the tables
	$(Q)node compiler/gen/run.mjs

build: cli loader ## build/tracelet and build/tracelet-loader

cli: build/tracelet
build/tracelet: build/.deps $(SOURCES) $(wildcard compiler/kernels/*) compiler/gen/bundle.mjs
	$(Q)node compiler/gen/bundle.mjs

loader: build/tracelet-loader
build/tracelet-loader: build/.deps $(LOADER_SOURCES)
	$(Q)$(MAKE) -C loader

package: build ## what an npm package of Tracelet holds: the command line, the loader, and build/api for programs (then: npm pack)
	$(Q)node compiler/gen/package.mjs

PLAYGROUND_SOURCES := $(shell find playground -type f 2>/dev/null)

playground: playground-build ## serve the playground on loopback (PORT=4173)
	$(Q)$(NODE_BIN)/vite preview --config playground/vite.config.ts --port $(or $(PORT),4173)

playground-build: build/playground/index.html
build/playground/index.html: build/.deps $(PLAYGROUND_SOURCES) $(SOURCES) $(wildcard compiler/kernels/*)
	$(Q)$(NODE_BIN)/vite build --config playground/vite.config.ts --logLevel warn

demo: build ## compile a one-liner without privilege, look into it, and (as root) let the kernel judge and run one
	$(Q)test/demo

test: build playground-build ## every test that this machine can run: text, verifier, browser, real kernels under QEMU
	$(Q)test/run-tests $(ONLY)

check: lint types gen-clean test ## lint, types, freshness of generated files, then every test

lint: build/.deps ## style and lint
	$(Q)$(NODE_BIN)/biome check --error-on-warnings .
types: build/.deps
	$(Q)$(NODE_BIN)/tsc -p .
	$(Q)$(NODE_BIN)/tsc -p playground
	$(Q)$(NODE_BIN)/tsc -p test/playground
	$(Q)$(NODE_BIN)/tsc -p compiler/verifier/assembly
	$(Q)$(NODE_BIN)/tsc -p compiler/simulator/assembly
.PHONY: gen-clean
gen-clean: gen
	$(Q)git diff --exit-code --stat -- '*.gen.*' || { echo "generated files were stale: commit what make gen wrote"; exit 1; }

test-matrix: build ## the article's programs on every kernel we know: 5.10, 6.1, 6.12, 6.18, 7.x
	$(Q)TRACELET_KERNELS="5.10 6.1 6.12 6.18 7.x" test/run-tests test/kernel

test-scripts: build ## Debian's bpftrace tools, and the programs of test/kernel/same-text, in a guest beside bpftrace itself
	$(Q)TRACELET_SCRIPTS=1 test/run-tests test/scripts test/kernel/same-text

bench: build playground-build ## time, size and cost per event beside bpftrace, as ratios
	$(Q)node test/bench/run.mjs

fuzz: build ## 100,000 made and damaged scripts through the compiler, a sample through the verifier (SEED=, COUNT=, OBJECTS=, JOBS=)
	$(Q)node test/fuzz/run.mjs

fuzz-verifier: loader ## 20,000 random programs, 400 made scripts through the verifier model and this kernel; 50,000 damaged objects (SEEDS=, COUNT=, OBJECTS=, DAMAGED=, JOBS=)
	$(Q)node test/verifier/fuzz/run.mjs

update: build ## rewrite the expected sections of test/cases and test/verifier-cli (look at the diff)
	$(Q)test -z "$$CI" || { echo "make update changes expectations: not in CI"; exit 1; }
	$(Q)UPDATE=1 $(NODE_BIN)/vitest run test/cases.test.ts test/verifier-cli/cases.test.ts

fmt: build/.deps ## format the sources
	$(Q)$(NODE_BIN)/biome check --write .

snapshots: build ## make the default kernel snapshots again from guest boots
	$(Q)test/kernel/make-snapshots

dump: build ## FILE=script.bt STAGE=ast|typed|ir|asm|btf|sections: print a stage
	$(Q)build/tracelet compile "$(FILE)" --emit "$(STAGE)"

clean: ## remove build/
	$(Q)rm -rf build
