#!/usr/bin/env bash
# The code's style, as far as a program can tell. Usage: style.sh CHECK BUILD PROJECT; prints TAP.
check=$1 build=$(realpath "$2") project=$(realpath "$3")
cd "$project" || exit 1
mapfile -t sources < <(find src include examples bench tests -name '*.[ch]' -not -path '*/node_modules/*' | sort)
mapfile -t compiled < <(find src -name '*.c' | sort)
flags=(-std=c17 -D_GNU_SOURCE -Iinclude -Isrc "-I$build" "-I$build/src" "-I$build/src/api" -isystem /usr/include/suitesparse
  -DONSET_LANES=4 -mavx2 -mfma '-DONSET_LIBRARY_DIR="library"' '-DONSET_LIBRARY_SOURCE="source/library"' -Wno-psabi -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
quoted=("${flags[@]@Q}")

# each LABEL COMMAND FILE...: one test a file, two at a time
each() {
  local label=$1 command=$2
  shift 2
  printf '%s\0' "$@" | xargs -0 -n 1 -P 2 bash -c '
    out=$('"$command"' "$0" '"$after"' 2>&1) && echo "ok - '"$label"' $0" ||
    { printf "not ok - '"$label"' %s\n" "$0"; printf "%s\n" "$out" | sed "s/^/# /"; }' >"$report"
}
report=$(mktemp) after=
trap 'rm -f "$report"' EXIT
case $check in
format) each "formatted:" "clang-format --dry-run -Werror" "${sources[@]}" ;;
clang) each "no warning from Clang:" "clang ${quoted[*]} -Wno-gnu -Werror -fsyntax-only" "${compiled[@]}" ;;
gcc) each "no warning from GCC:" "gcc ${quoted[*]} -Werror -fsyntax-only" "${compiled[@]}" ;;
tidy) after="-- ${quoted[*]}"; each "clang-tidy:" "clang-tidy --quiet --checks=-clang-analyzer-*" "${compiled[@]}" ;;
analyze) after="-- ${quoted[*]}"; each "clang-tidy with the path-sensitive analyzer:" "clang-tidy --quiet" "${compiled[@]}" ;; # minutes: by hand
symbols)
  # Every symbol that the shared library exports, and every one that its parts share, has the prefix.
  { nm -D --defined-only "$build/src/api/libonset.so" | awk '{print "exported", $3}'
    for archive in "$build"/src/*/*.a; do nm --defined-only "$archive" 2>/dev/null | awk '$2 ~ /^[TDBR]$/ {print "shared", $3}'; done
  } | sort -u | grep -v '__asan\|__odr_asan\|__ubsan\|^exported _\(init\|fini\)$' |
    awk '{print ($2 ~ /^onset_/ ? "ok" : "not ok") " - " $1 " symbol " $2}' >"$report" ;;
esac
awk '/^(not )?ok/ {n++; sub(/ok -/, "ok " n " -")} {print} END {print "1.." n+0}' "$report"
! grep -q '^not ok' "$report" && [ -s "$report" ]
