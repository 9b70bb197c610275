# Include this in the Makefile of a tree that carries designs, such as a kernel tree: "make vtsc-check" decides the
# cells of VTSC_MANIFEST. In a kernel tree, paths are below $(srctree), and reports go below $(objtree).
VTSC ?= vtsc
VTSC_MANIFEST ?= checks.toml
VTSC_REPORT ?= vtsc-report
VTSC_FLAGS ?=

PHONY += vtsc-check
.PHONY: vtsc-check
vtsc-check:
	$(Q)cd $(or $(srctree),.) && $(VTSC) gate $(VTSC_FLAGS) \
	  --save $(abspath $(or $(objtree),.)/$(VTSC_REPORT)) $(VTSC_MANIFEST)
