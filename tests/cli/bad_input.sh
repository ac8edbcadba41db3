#!/usr/bin/env bash
# Bad input: each gets one clear message that says what, where and what to do, the right exit code, and nothing is lost.
. "$(dirname "$0")/lib.sh"

small_study good.onset
run() { "$onset" run "$@" -o out; }

expect "the small study runs" 0 "database +.*out/result.sqlite" "$onset" run good.onset -o out
expect "its file is clean" 0 "0 errors, 0 warnings" "$onset" check good.onset
first=$(sha256sum out/result.sqlite)

# edit PATTERN REPLACEMENT: bad.onset is good.onset with one change
edit() { sed -E "s#$1#$2#" good.onset >bad.onset; cmp -s good.onset bad.onset && not_ok "the edit '$1' changes nothing" ""; return 0; }
# wrong NAME TEXT: checking and running bad.onset both fail with that message, at a file, line and column
wrong() {
  expect "$1" 1 "$2" "$onset" check bad.onset
  expect "$1: place" 1 'bad\.onset:[0-9]+:[0-9]+: error' "$onset" run bad.onset -o out
}

edit '-CL / V' '-CLL / V';             wrong "unknown word" "CLL.*|did you mean 'CL'"
edit '5 \[L/h\]' '5 [L]';              wrong "wrong unit" "is in \\[mg\\], not \\[mg/h\\]"
edit '5 \[L/h\]' '5 [furlongz/h]';     wrong "no such unit" "furlongz"
edit 'use one' 'use two';              wrong "missing module" "two"
edit '5 \[L/h\] iiv' '5000 [L/h] iiv'; wrong "parameter out of its range" "range|0\.1"
edit '100 \[mg\] iv' '-100 [mg] iv';   wrong "negative dose" "negative|positive|-100"
edit 'over 1 \[h\]' 'over 0 [h]';      wrong "infusion of zero length" "zero|longer than 0|positive"
edit 'visit 0,' 'visit -1,';           wrong "visit before time zero" "before|time zero|-1"
edit 'drug 100' 'durg 100';            wrong "misspelt drug" "did you mean 'drug'"
edit 'subjects 20' 'subjects 0';       wrong "no subjects" "subjects|at least 1"
sed '/^population/,/^}/d' good.onset >bad.onset;                      wrong "arm with no population" "population"
sed 's#^output conc.*#&\na = b\nb = a#' good.onset >bad.onset;         wrong "circular definition" "circle|circular"
sed 's#^use one#&\nuse one as other#' good.onset >bad.onset;           wrong "two modules with one output, ambiguous" "conc|ambiguous|other"

expect "a file that is missing" 1 "cannot open 'missing.onset'|missing.onset.*(no|not)" "$onset" run missing.onset -o out
: >empty.onset
expect "an empty file" 1 "empty|no study|holds no" "$onset" run empty.onset -o out
head -c 5000 /dev/urandom >binary.onset; printf '\0' >>binary.onset
expect "a binary file" 1 "binary.onset" "$onset" run binary.onset -o out
printf 'module a "\xff\xfe"\n' >latin.onset
expect "not UTF-8" 1 "UTF-8" "$onset" check latin.onset
head -c 104857600 /dev/zero | tr '\0' '#' >huge.onset
expect "a huge file" 1 "large" "$onset" check huge.onset
rm huge.onset
sed 's/$/\r/' good.onset >crlf.onset
expect "CRLF is read" 0 "0 errors" "$onset" check crlf.onset
(printf '\xef\xbb\xbf'; cat good.onset) >bom.onset
expect "a BOM is read" 0 "0 errors" "$onset" check bom.onset
mkdir folder.onset
expect "a folder in place of a file" 1 "folder" "$onset" check folder.onset

for n in 0 -1 1e12 many 1.5 ''; do
  expect "--subjects '$n'" 2 "subjects wants a whole number" "$onset" run good.onset --subjects="$n" -o out
done
expect "--rtol 0" 2 "rtol wants" "$onset" run good.onset --rtol 0 -o out
expect "an unknown solver" 2 "rosenbrock" "$onset" run good.onset --solver magic -o out
expect "an unknown option" 2 "no option '--fast'" "$onset" run good.onset --fast
expect "an option without its value" 2 "wants a value" "$onset" run good.onset --seed
expect "an unknown command" 2 "no command 'simulate'" "$onset" simulate
expect "a missing argument" 2 "STUDY is missing" "$onset" run
expect "too many arguments" 2 "one argument too many" "$onset" run good.onset good.onset
expect "no command" 2 "usage" "$onset"

mkdir foreign && echo keep >foreign/notes.txt
expect "an output folder that is no result" 3 "foreign" "$onset" run good.onset -o foreign
[ "$(cat foreign/notes.txt)" = keep ] && ok "its files are as they were" || not_ok "its files are as they were" "$(ls foreign)"
echo text >plain
expect "an output that is a file" 3 "plain" "$onset" run good.onset -o plain
expect "an output below a file" 3 "plain" "$onset" run good.onset -o plain/out
if [ "$(id -u)" = 0 ]; then
  expect "an output folder that cannot be made" 3 "/proc" "$onset" run good.onset -o /proc/onset/out
else
  mkdir locked && chmod 555 locked
  expect "an output folder that cannot be written" 3 "locked" "$onset" run good.onset -o locked/out
fi
[ "$first" = "$(sha256sum out/result.sqlite)" ] && ok "after all this the first result is as it was" || not_ok "after all this the first result is as it was" "$first"
ls | grep -E '^out\.' >left && not_ok "nothing is left beside it" "$(cat left)" || ok "nothing is left beside it"
finish
