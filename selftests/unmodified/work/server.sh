# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# A server of postgres' own in the working directory; sourced by what works with it.

work=$(cd "$(dirname "$0")" && pwd)
bin=$SFREG_BUILD/selftests/unmodified/postgres/bin
export LD_LIBRARY_PATH="$SFREG_BUILD/selftests/unmodified/postgres/lib"

# postgres refuses to be root.
as_nobody()
{
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# client OPTION...: pgbench
client()
{
	as_nobody "$bin/pgbench" "$@" -h "$PWD/sockets" -U postgres postgres
}

set -e
chmod 777 .
mkdir -m 777 sockets
cp -r "$SFREG_BUILD/selftests/unmodified/cluster" cluster
chown -R 65534:65534 cluster
chmod 700 cluster
as_nobody "$bin/postgres" -D cluster -h '' -k "$PWD/sockets" &
until as_nobody "$bin/pg_isready" -q -h "$PWD/sockets" -U postgres; do
	sleep 0.5
done
