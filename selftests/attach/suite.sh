# SPDX-License-Identifier: GPL-2.0-only
#
# What the suites of attaching share: sourced by them, in the VM, in an empty directory.
# shellcheck shell=bash disable=SC2034

sfreg=$SFREG_BUILD/bin/sfreg
sfregd=$SFREG_BUILD/bin/sfregd
own=$SFREG_BUILD/selftests/attach
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
stats=/sys/class/misc/sfreg/stats
export SFREG_CACHE=$PWD/cache
tests=0
failures=0
declare -A pid to from

# ok STATUS NAME: a line of TAP.
ok()
{
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		failures=$((failures + 1))
	fi
}

# is GOT WANTED NAME
is()
{
	[ "$1" = "$2" ]
	ok $? "$3"
	[ "$1" = "$2" ] && return
	printf '%s\n' "$2" | sed 's/^/# want: /'
	printf '%s\n' "$1" | sed 's/^/# got:  /'
}

# start NAME COMMAND...: a witness, ready to be asked.
start()
{
	local name=$1 fd word

	shift
	mkfifo "$name.in" "$name.out"
	"$@" < "$name.in" > "$name.out" &
	exec {fd}> "$name.in"
	to[$name]=$fd
	exec {fd}< "$name.out"
	from[$name]=$fd
	read -r -t 60 -u "$fd" word pid["$name"] && [ "$word" = ready ]
}

# ask NAME COMMAND...: its answer.
ask()
{
	local name=$1 line=silence

	shift
	echo "$*" >&"${to[$name]}"
	read -r -t 60 -u "${from[$name]}" line
	echo "$line"
}

# until SECONDS WANTED COMMAND...: runs it until it prints that; prints what came last.
until_is()
{
	local end=$((SECONDS + $1)) wanted=$2 got

	shift 2
	while :; do
		got=$("$@")
		[ "$got" != "$wanted" ] && [ $SECONDS -lt $end ] || break
		sleep 0.2
	done
	echo "$got"
}

# windows PID [FILE]: how many, of the file.
windows()
{
	"$sfreg" ps "$1" | awk -v file="${2-}" 'NF >= 6 && NR > 1 && $5 != "of" &&
		(file == "" || index($0, file)) { n++ } END { print n + 0 }'
}

# texts PID: executable mappings of files and the vDSO, those merged that continue each other.
texts()
{
	awk '$2 ~ /x/ && ($5 || $6 == "[vdso]") {
		split($1, a, "-")
		n += !(a[1] == end && $5 == inode)
		end = a[2]
		inode = $5
	} END { print n + 0 }' "/proc/$1/maps"
}

# stat NAME FILE: what sfregd said last of this.
stat_of()
{
	awk -v name="$1" '$2 == "stat" && $3 == name { value = $4 } END { print value }' "$2"
}

# The end of a suite: nothing may stay attached, init among others.
finish()
{
	"$sfreg" detach --all > /dev/null 2>&1
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit
}
