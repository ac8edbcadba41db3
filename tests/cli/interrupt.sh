#!/usr/bin/env bash
# A run that is killed or interrupted leaves the earlier complete result or none, and goes on where it stopped.
. "$(dirname "$0")/lib.sh"

small_study long.onset
"$onset" compile long.onset >/dev/null || not_ok "the model compiles" ""

# The state of the folder: "none", or "N" subjects of a database that is whole with a report beside it.
state() {
  [ -e out ] || { echo none; return; }
  [ -s out/report.html ] || { echo "no report"; return; }
  sqlite3 out/result.sqlite "pragma integrity_check; select n_subjects from run; select count(*) from summary where n != (select n_subjects from run)" 2>&1 | paste -sd' '
}

# First with no earlier result: killed, there is none or the new one.
for i in 1 2 3 4 5; do
  "$onset" run long.onset -n 30000 -o out >/dev/null 2>&1 & pid=$!
  sleep "0.$((RANDOM % 8))$((RANDOM % 10))"; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  case $(state) in none|'ok 30000 0') ok "killed $i: none or whole" ;; *) not_ok "killed $i: none or whole" "$(state)" ;; esac
done
rm -rf out out.*

# Then over an earlier result.
"$onset" run long.onset -n 100 -o out >/dev/null 2>&1 || not_ok "the earlier run" ""
for i in $(seq 1 20); do
  "$onset" run long.onset -n 30000 -s "$i" -o out >/dev/null 2>&1 & pid=$!
  sleep "0.$((RANDOM % 10))$((RANDOM % 10))"; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  case $(state) in 'ok 100 0'|'ok 30000 0') ok "killed over an earlier result $i" ;; *) not_ok "killed over an earlier result $i" "$(state)" ;; esac
done

# Interrupted, it says so within a second, keeps what is finished, and goes on from there to the same bits.
rm -rf out out.*
"$onset" run long.onset -n 800000 --rtol 1e-10 --atol 1e-12 --summary-only -j 1 -o out >log 2>&1 & pid=$!
sleep 1.2; kill -INT $pid
begin=$(date +%s%N); wait $pid; code=$?
took=$((($(date +%s%N) - begin) / 1000000))
if [ $code = 0 ]; then ok "interrupted # SKIP the run was over before the signal"
else
  [ $code = 130 ] && ok "interrupted: exit code 130" || not_ok "interrupted: exit code 130" "$code: $(cat log)"
  # A sanitized build is several times slower; the limit for the release build is a second.
  [ $took -lt 3000 ] && ok "interrupted: stopped soon" || not_ok "interrupted: stopped soon" "$took ms"
  grep -qi 'kept' log && ok "interrupted: says what was kept" || not_ok "interrupted: says what was kept" "$(cat log)"
  expect "the same command goes on" 0 "taken over" "$onset" run long.onset -n 800000 --rtol 1e-10 --atol 1e-12 --summary-only -j 1 -o out
  "$onset" run long.onset -n 800000 --rtol 1e-10 --atol 1e-12 --summary-only -o whole >/dev/null 2>&1
  dump() { sqlite3 "$1/result.sqlite" 'select * from summary order by 1,2,3; select * from rate order by 1,2,3' | sha256sum; }
  [ "$(dump out)" = "$(dump whole)" ] && ok "to the same numbers as in one go" || not_ok "to the same numbers as in one go" ""
fi
rm -rf out out.* whole

# A disk that fills up mid-run: a message, the earlier result as it was.
if [ "$(id -u)" = 0 ] && mkdir small && mount -t tmpfs -o size=3m tmpfs small 2>/dev/null; then
  "$onset" run long.onset -n 100 --no-report -o small/out >/dev/null 2>&1
  before=$(sha256sum small/out/result.sqlite)
  expect "a disk that fills up" 3 "space|full" "$onset" run long.onset -n 30000 -o small/out
  [ "$before" = "$(sha256sum small/out/result.sqlite)" ] && ok "the earlier result is as it was" || not_ok "the earlier result is as it was" "$(ls -R small)"
  umount small
else
  ok "a disk that fills up # SKIP a small file system cannot be mounted here"
fi
finish
