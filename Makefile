# SPDX-License-Identifier: GPL-2.0-only
#
# The developer's and the packager's verbs; `make help` explains them. Whatever
# is built lies in $(BUILD); the source tree stays clean.

VERSION := 0.1.0

BUILD ?= $(CURDIR)/build
override BUILD := $(abspath $(BUILD))
export BUILD

DESTDIR ?=
prefix ?= /usr/local
JOBS ?= $(shell nproc)

# A module for the running kernel if its headers are here, else for the Debian
# kernel that the VM boots.
RUNNING := /lib/modules/$(shell uname -r)/build
ifneq ($(wildcard $(RUNNING)/Makefile),)
KDIR ?= $(RUNNING)
endif
GUEST_KDIR = $(shell scripts/guest-kernel $(BUILD) | sed -n "s/^KDIR='\(.*\)'/\1/p")

# Parts that have a Makefile of their own. fuzz needs clang: built by its verb.
TESTS := abi stress perf unmodified attach sandbox gdbjit lib jit

.PHONY: all module module-guest userspace tests test-files check check-unmodified soak demo fuzz \
	bench bench-attach bench-jit \
	deps install uninstall install-conf uninstall-conf install-module \
	uninstall-module install-dkms uninstall-dkms clean help

all: module userspace

module:
ifdef KDIR
	@scripts/build-module $(KDIR) $(BUILD) W=1 $(KFLAGS)
else
	@echo "No headers of the running kernel ($(RUNNING)):"
	@echo "the module is built for the Debian kernel that the VM boots."
	@$(MAKE) --no-print-directory module-guest
endif

# Its compiler is Debian 12's, so a warning here is ours to mend.
module-guest:
	@kdir="$(GUEST_KDIR)"; [ -n "$$kdir" ] && \
	farm=$$(scripts/build-module $$kdir $(BUILD) W=1 KCFLAGS=-Werror $(KFLAGS)) && \
	ln -sfn $${farm##*/} $(BUILD)/module && echo $$farm/sfreg.ko

userspace:
	@$(MAKE) --no-print-directory -C userspace

test-files:
	@scripts/kernel-files $(BUILD)

tests: test-files userspace
	@set -e; for t in $(TESTS); do \
		$(MAKE) --no-print-directory -C selftests/$$t; done

# The verbs that need more than a compiler install it first, where they may.

check:
	@scripts/deps check
	@$(MAKE) -s --no-print-directory module-guest
	@$(MAKE) -s --no-print-directory -j$(JOBS) tests
	@selftests/run

check-unmodified:
	@scripts/deps demo unmodified
	@$(MAKE) -s --no-print-directory module-guest
	@$(MAKE) -s --no-print-directory -j$(JOBS) userspace
	@$(MAKE) -s --no-print-directory -C selftests/unmodified work
	@selftests/unmodified/run

soak:
	@scripts/deps check
	@$(MAKE) -s --no-print-directory module-guest
	@$(MAKE) -s --no-print-directory -j$(JOBS) tests
	@selftests/vm/run --group soak --name soak

demo:
	@scripts/deps demo
	@$(MAKE) -s --no-print-directory module-guest
	@$(MAKE) -s --no-print-directory -j$(JOBS) userspace
	@$(MAKE) -s --no-print-directory -j$(JOBS) -C selftests/perf demo
	@selftests/demo/run

fuzz:
	@scripts/deps fuzz
	@$(MAKE) --no-print-directory -C selftests/fuzz run $(if $(SECONDS),SECONDS=$(SECONDS))

bench:
	@scripts/deps bench
	@$(MAKE) -s --no-print-directory -j$(JOBS) -C selftests/bench
	@$(MAKE) -s --no-print-directory -C selftests/bench run

bench-attach:
	@scripts/deps bench vm
	@$(MAKE) -s --no-print-directory module-guest
	@$(MAKE) -s --no-print-directory -j$(JOBS) userspace
	@$(MAKE) -s --no-print-directory -C selftests/unmodified cost
	@selftests/unmodified/cost/run

bench-jit:
	@scripts/deps bench vm
	@$(MAKE) -s --no-print-directory module-guest
	@$(MAKE) -s --no-print-directory -C selftests/jit/cost
	@selftests/jit/cost/run

deps:
	@scripts/deps build check demo

# --- installing ---------------------------------------------------------------
# DKMS=1 installs the module's source for dkms instead of the module itself.

DKMS ?=
INSTALL := install
moduledir = $(DESTDIR)/lib/modules
dkmsdir = $(DESTDIR)/usr/src/sfreg-$(VERSION)
rulesdir = $(DESTDIR)$(prefix)/lib/udev/rules.d
loaddir = $(DESTDIR)$(prefix)/lib/modules-load.d
unitdir = $(DESTDIR)$(prefix)/lib/systemd/system
MODULE_KDIR = $(or $(KDIR),$(GUEST_KDIR))
MODULE_RELEASE = $(shell scripts/kernel-release $(MODULE_KDIR))

# Of a DESTDIR nothing remains; on a real system empty directories stay.
prune = $(if $(DESTDIR),@cd $(DESTDIR) && rmdir --ignore-fail-on-non-empty -p \
	$(patsubst $(DESTDIR)/%,%,$(1)) 2> /dev/null || :)

install: $(if $(DKMS),install-dkms,install-module) install-conf
	@$(MAKE) --no-print-directory -C userspace install DESTDIR=$(DESTDIR) prefix=$(prefix)

uninstall: $(if $(DKMS),uninstall-dkms,uninstall-module) uninstall-conf
	@$(MAKE) --no-print-directory -C userspace uninstall DESTDIR=$(DESTDIR) prefix=$(prefix)

install-conf:
	$(INSTALL) -D -m 644 packaging/60-sfreg.rules $(rulesdir)/60-sfreg.rules
	$(INSTALL) -D -m 644 packaging/sfreg.conf $(loaddir)/sfreg.conf
	$(INSTALL) -d $(unitdir)
	sed 's|@sbindir@|$(prefix)/sbin|' packaging/sfregd.service.in > $(unitdir)/sfregd.service
	chmod 644 $(unitdir)/sfregd.service

uninstall-conf:
	rm -f $(rulesdir)/60-sfreg.rules $(loaddir)/sfreg.conf $(unitdir)/sfregd.service
	$(call prune,$(rulesdir) $(loaddir) $(unitdir))

install-module: module
	$(INSTALL) -D -m 644 $(BUILD)/module-$(MODULE_RELEASE)/sfreg.ko \
		$(moduledir)/$(MODULE_RELEASE)/updates/sfreg.ko
	$(if $(DESTDIR),,depmod -a $(MODULE_RELEASE))

uninstall-module:
	rm -f $(moduledir)/$(MODULE_RELEASE)/updates/sfreg.ko
	$(call prune,$(moduledir)/$(MODULE_RELEASE)/updates)
	$(if $(DESTDIR),,depmod -a $(MODULE_RELEASE))

install-dkms:
	mkdir -p $(dkmsdir)
	cp -r --parents Kbuild module uapi $(dkmsdir)
	sed 's/@VERSION@/$(VERSION)/' packaging/dkms.conf.in > $(dkmsdir)/dkms.conf
	$(if $(DESTDIR),,dkms install sfreg/$(VERSION))

uninstall-dkms:
	$(if $(DESTDIR),,dkms remove sfreg/$(VERSION) --all)
	rm -rf $(dkmsdir)
	$(call prune,$(dir $(dkmsdir)))

clean:
	rm -rf $(BUILD)

help:
	@echo "make              the module and the userspace, into build/"
	@echo "make install      DESTDIR, prefix (/usr/local); DKMS=1: the module by dkms"
	@echo "make uninstall    with the same variables"
	@echo "make demo         stock perf with and without sfreg, in a VM"
	@echo "make check        every test, on this machine and in a VM; prints N passed, N failed"
	@echo "make check-unmodified  Debian's own programs, attached while they work, in a VM"
	@echo "make soak         the long tests, in a VM"
	@echo "make fuzz         core and ELF reader under libFuzzer; SECONDS=60 each"
	@echo "make bench        what a walk and a compilation cost, beside other walkers"
	@echo "make bench-attach  what sfregd costs, in a VM"
	@echo "make bench-jit    what telling of generated code costs, each way; in part in a VM"
	@echo "make clean        removes build/"
	@echo
	@echo "check.., soak, demo, fuzz and bench.. install what they lack on Debian 12 (scripts/deps)."
	@echo "KDIR=DIR          another kernel's build tree, for make and make install"
	@echo "BUILD=DIR         another place than build/"
	@echo "selftests/vm/run --help: single suites or commands in the VM"
