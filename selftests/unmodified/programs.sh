# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
#
# What each suite looks at; sourced by suite. choose NAME sets
#
#	files	the programs' files, whose main counts
#	comms	how the kernel calls them, as perf script --comms wants it
#	whom	who is attached: "all", or the workload's own processes
#	again	"yes": the work ends by itself, and is started anew before the attach
#
# and start() begins the work, which goes on until its process group is killed.

data=$SFREG_BUILD/selftests/unmodified

# The working directory is in memory: nothing waits for a disk.
repeat_file()
{
	while :; do cat "$1"; done
}

speed()
{
	exec /usr/bin/openssl speed -seconds 600 "$@"
}

choose()
{
	whom=own
	again=no
	comms=${1%%-*}
	files=/usr/bin/$comms
	case $1 in
	python3)
		files=$(readlink -f /usr/bin/python3)
		start() { exec /usr/bin/python3 "$here/work/work.py"; }
		;;
	perl)
		start() { exec /usr/bin/perl "$here/work/work.pl"; }
		;;
	openssl)	# all three at once, as make check has it
		start()
		{
			speed rsa2048 &
			speed ecdsap256 &
			speed -bytes 8192 -evp aes-256-gcm &
			wait
		}
		;;
	openssl-rsa2048 | openssl-ecdsap256)
		kind=${1#openssl-}
		start() { speed "$kind"; }
		;;
	openssl-aes-256-gcm)
		start() { speed -bytes 8192 -evp aes-256-gcm; }
		;;
	sqlite3)
		start() { repeat_file "$here/work/work.sql" | exec /usr/bin/sqlite3 :memory:; }
		;;
	xz)
		start() { repeat_file /usr/bin/perl | exec /usr/bin/xz -6; }
		;;
	gcc)
		# What gcc runs for this is one cc1, busy for minutes.
		comms=gcc,cc1,as
		whom=all
		files="$(readlink -f /usr/bin/gcc) $(readlink -f /usr/bin/as) $(gcc -print-prog-name=cc1)"
		start() { exec /usr/bin/gcc -O2 -c -o large.o "$data/large.c"; }
		;;
	git)
		again=yes
		start() { exec /usr/bin/git --git-dir="$data/repository" log -p main; }
		;;
	bash)
		whom=all
		start() { exec /usr/bin/bash "$here/work/work.bash"; }
		;;
	lli)
		comms=lli-14
		files=$(readlink -f /usr/bin/lli-14)
		start() { exec /usr/bin/lli-14 "$here/work/loop.ll"; }
		;;
	qemu)
		comms=qemu-x86_64
		files=/usr/bin/qemu-x86_64
		start() { exec /usr/bin/qemu-x86_64 "$data/guest"; }
		;;
	postgres-frames)	# the same, as Debian has it: it tells nobody but libgcc
		whom=all
		files=$(readlink -f "$data/postgres/bin/postgres")
		start()
		{
			export debugging=off LD_PRELOAD="$SFREG_BUILD/lib/libsfreg-frames.so"
			exec sh "$here/work/postgres-jit"
		}
		;;
	postgres-jit)
		whom=all
		files=$(readlink -f "$data/postgres/bin/postgres")
		start() { exec sh "$here/work/postgres-jit"; }
		;;
	postgres)
		comms=postgres,pgbench
		whom=all
		files="$(readlink -f "$data/postgres/bin/postgres") \
			$(readlink -f "$data/postgres/bin/pgbench")"
		start() { exec sh "$here/work/postgres"; }
		;;
	*) return 1 ;;
	esac
}
