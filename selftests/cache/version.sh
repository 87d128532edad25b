# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The same file has another key when the maker's version goes up.

. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

key=$("$BUILD/selftests/cache/hash" key)
other=$("$BUILD/selftests/cache/hash-other" key)
is "${#key} ${#other}" "64 64" "a file's key, with this version and the next"
is "$("$BUILD/selftests/cache/hash" key)" "$key" "the same file has the same key again"
[ "$key" != "$other" ]
ok $? "with the next version it has another"

tap_end
