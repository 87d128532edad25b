# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Work for bash, without end: functions, arrays, patterns, and children that are only
# forked.

fib()
{
	if (($1 < 2)); then
		result=$1
		return
	fi
	local a
	fib $(($1 - 1))
	a=$result
	fib $(($1 - 2))
	result=$((a + result))
}

words()
{
	local -A count=()
	local word i

	for i in {1..200}; do
		word=word$((i * 7919 % 31))
		count[$word]=$((${count[$word]:-0} + 1))
	done
	printf '%s ' "${!count[@]}"
}

while :; do
	fib 9
	all=$(words)
	[[ $all =~ (word[0-9]+).*(word[0-9]+) ]] && last=${BASH_REMATCH[2]}
	all=${all//word/w} last=${last^^}
	words | while read -r -a list; do
		eval "copy=(${list[*]@Q})"
		case ${copy[0]} in
		word[1-9]*) : ;;
		esac
	done
done
