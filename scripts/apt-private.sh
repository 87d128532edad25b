# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Package archives without a touch to the machine's own apt: its configuration
# is only read. Sourced by scripts/fetch-source and scripts/fetch-package.

# An archive that cannot be reached: the test that wants it is skipped.
UNREACHABLE=75

me=${0##*/}

complain()
{
	echo "$me: $1" >&2
	exit "${2:-1}"
}

need_tools()
{
	for tool; do
		command -v "$tool" > /dev/null ||
			complain "no $tool (Debian: apt, dpkg, dpkg-dev)"
	done
}

# One "deb [options] uri suite components" line for each archive of binary
# packages that the machine knows, from both kinds of list.
machine_archives()
{
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2> /dev/null |
		sed -n 's/^[[:space:]]*deb[[:space:]][[:space:]]*/deb /p'
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		awk '
		function flush(  i, j, opt) {
			if (types ~ /(^| )deb( |$)/ && tolower(enabled) != "no") {
				opt = key == "" ? "" : "[signed-by=" key "] "
				nu = split(uris, u, " "); ns = split(suites, s, " ")
				for (i = 1; i <= nu; i++)
					for (j = 1; j <= ns; j++)
						print "deb " opt u[i] " " s[j] " " comps
			}
			types = uris = suites = comps = key = enabled = ""
		}
		/^[ \t]*#/ { next }
		/^[ \t]*$/ { flush(); next }
		{ field = tolower($1); value = $0; sub(/^[^:]*:[ \t]*/, "", value) }
		field == "types:" { types = value }
		field == "uris:" { uris = value }
		field == "suites:" { suites = value }
		field == "components:" { comps = value }
		field == "enabled:" { enabled = value }
		# A key that is not a file would be in the stanza itself: leave it to apt.
		field == "signed-by:" && value ~ /^\// { key = value }
		END { flush() }
		' "$f"
	done
}

# private_apt DIR: takes archives' lines from stdin, keeps their indexes in DIR,
# and takes DIR's lock until the script ends. Then `apt ...` is apt-get for them.
private_apt()
{
	private=$1
	mkdir -p "$private/lists/partial" "$private/archives/partial"
	exec 9> "$private/lock"
	flock 9
	sed '/^$/d' | sort -u > "$private/sources.list.new"
	[ -s "$private/sources.list.new" ] || complain "apt knows no archive to take this from"
	# No package counts as installed: what one depends on comes along.
	: > "$private/status"
	# Fresh indexes once a day are enough.
	if ! cmp -s "$private/sources.list.new" "$private/sources.list" ||
	   [ -z "$(find "$private/updated" -mtime -1 2> /dev/null)" ]; then
		rm -f "$private/updated"
		cp "$private/sources.list.new" "$private/sources.list"
		apt update > "$private/log" 2>&1 || {
			cat "$private/log" >&2
			complain "the archive's indexes cannot be had" $UNREACHABLE
		}
		touch "$private/updated"
	fi
}

apt()
{
	# A mirror that stands still is as good: signatures are checked all the same.
	apt-get -q -o Acquire::Check-Valid-Until=false \
		-o Dir::Etc::sourcelist="$private/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$private/lists" \
		-o Dir::State::status="$private/status" \
		-o Dir::Cache::archives="$private/archives" \
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
		-o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
		-o APT::Update::Error-Mode=any -o Acquire::http::Timeout=30 \
		-o APT::Sandbox::User=root "$@" 9>&-
}
