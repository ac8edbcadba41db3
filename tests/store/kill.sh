#!/bin/sh
# Runs are killed (kill -9) at random moments, 20 times, and once interrupted (SIGINT): after each the folder holds the earlier complete
# result or none, and in the end the result is the one of a run that was left alone.
#   kill.sh MAKE_EXAMPLE
set -eu
make_example=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dump() { # all but what differs from run to run by its nature
    sqlite3 "$1/result.sqlite" .dump | grep -v '^INSERT INTO run ' | grep -v '^INSERT INTO option '
}

check() { # complete, or absent
    [ -e "$1" ] || return 0
    [ "$(sqlite3 "$1/result.sqlite" 'PRAGMA integrity_check; SELECT count(*) FROM run;' | tr '\n' ' ')" = "ok 1 " ]
    [ "$(ls "$1")" = "csv
result.sqlite" ]
    [ "$(ls "$1/csv" | wc -l)" = 22 ]
}

"$make_example" "$work/whole" 400 csv 2 fail > /dev/null
dump "$work/whole" > "$work/wanted"

kills=0 completed=0
while [ "$kills" -lt 20 ]; do
    "$make_example" "$work/out" 400 csv 2 fail 300 > "$work/log" 2>&1 &
    process=$!
    sleep "0.$(od -An -N2 -tu2 /dev/urandom | awk '{ printf "%03d", $1 % 900 }')"
    if kill -9 "$process" 2> /dev/null; then kills=$((kills + 1)); else completed=$((completed + 1)); fi
    wait "$process" 2> /dev/null || true
    check "$work/out" || { echo "half a result after kill $kills"; ls -R "$work/out"; exit 1; }
done

"$make_example" "$work/out" 400 csv 2 fail 300 > "$work/log" 2>&1 &
process=$!
sleep 0.2
kill -INT "$process" 2> /dev/null || true
wait "$process" 2> /dev/null || true
check "$work/out"

"$make_example" "$work/out" 400 csv 2 fail > "$work/log"
dump "$work/out" | cmp - "$work/wanted"
[ "$(ls -A "$work" | tr '\n' ' ')" = "log out wanted whole " ] || { echo "left behind:"; ls -A "$work"; exit 1; }
echo "20 kills, $completed runs that were faster; the result is the same"
