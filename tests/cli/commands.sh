#!/usr/bin/env bash
# The commands, as a user would type them.
. "$(dirname "$0")/lib.sh"
small_study good.onset

expect "version" 0 "^onset [0-9]+\.[0-9]+" "$onset" version
expect "--version" 0 "^onset [0-9]" "$onset" --version
expect "help lists the commands" 0 "compile" "$onset" help
for command in run check fmt show list compile version help; do
  expect "$command --help has examples" 0 "onset $command" "$onset" "$command" --help
  expect "help $command has the exit codes" 0 "130" "$onset" help "$command"
done
"$onset" help --man >onset.1
grep -q '^\.SH "onset run STUDY"' onset.1 && ok "the manual page has every command" || not_ok "the manual page has every command" "$(head onset.1)"
"$onset" help --completion >completion.bash
# shellcheck source=/dev/null
words=$(bash -c '. ./completion.bash; COMP_WORDS=(onset run --so) COMP_CWORD=2; _onset; echo "${COMPREPLY[@]}"')
[ "$words" = --solver ] && ok "the completion completes" || not_ok "the completion completes" "$words"

expect "the library passes its own checks" 0 "0 errors, 0 warnings" "$onset" check --strict "$project"/library/*/*.onset
expect "so do the benchmark problems" 0 "0 errors, 0 warnings" "$onset" check --strict "$project"/bench/*.onset
expect "both are formatted" 0 "" "$onset" fmt --check "$project"/library/*/*.onset "$project"/bench/*.onset

cp good.onset untidy.onset && sed -i 's/ = / =   /; s/^state/state  /' untidy.onset
expect "fmt --check sees an untidy file" 1 "untidy.onset" "$onset" fmt --check untidy.onset
expect "fmt formats it" 0 "untidy.onset" "$onset" fmt untidy.onset
expect "fmt has nothing more to do" 0 "^$" "$onset" fmt untidy.onset
cmp -s <("$onset" fmt --stdout good.onset) untidy.onset && ok "and it is as the tidy one" || not_ok "and it is as the tidy one" "$(diff <("$onset" fmt --stdout good.onset) untidy.onset)"
sed -i 's/ = / =   /' untidy.onset && ln -s untidy.onset link.onset && "$onset" fmt link.onset >/dev/null
[ -L link.onset ] && "$onset" fmt --check untidy.onset >/dev/null && ok "fmt follows a link" || not_ok "fmt follows a link" "$(ls -l link.onset)"
echo 'module a "x" param' >broken.onset
expect "fmt leaves a broken file alone" 1 "broken.onset:1" "$onset" fmt broken.onset
[ "$(cat broken.onset)" = 'module a "x" param' ] && ok "it is as it was" || not_ok "it is as it was" "$(cat broken.onset)"

expect "show prints the equations" 0 "d/dt\(central\) = -CL / V \* central" "$onset" show good.onset
expect "show prints the sources" 0 "assumed" "$onset" show good.onset
expect "show --dot prints a graph" 0 "^digraph" "$onset" show --dot rapid_antidepressant
expect "show --equations prints mathematics" 0 "frac\{d.thinspace .mathrm\{central\}\}\{dt\}" "$onset" show --equations good.onset
expect "of a module too" 0 "^\| .*Ki_S" "$onset" show --equations nmda_block
expect "list" 0 "^model +rapid_antidepressant" "$onset" list
expect "list study has no models" 0 "^study" "$onset" list study
"$onset" list study | grep -q '^model' && not_ok "list study" "a model is in it" || ok "list study lists studies only"

expect "list of something else" 2 "none of module, model, study" "$onset" list drug

expect "compile" 0 "1 states|compiled in" "$onset" compile good.onset
expect "compile again: from the cache" 0 "already compiled" "$onset" compile good.onset
expect "the library's model is built in" 0 "built in" "$onset" compile rapid_antidepressant
expect "compile --emit prints C" 0 "central" "$onset" compile --emit good.onset
expect "no compiler: a message that says so" 3 "compiler" env CC=/nowhere/cc "$onset" compile --force good.onset
expect "a library model needs none" 0 "database" env CC=/nowhere/cc "$onset" run onset_of_action -n 5 -o nocc
mkdir ro && chmod 555 ro
if [ "$(id -u)" != 0 ]; then
  expect "a cache that cannot be written" 0 "compiled in" env XDG_CACHE_HOME="$work/ro" "$onset" compile --force good.onset
fi

expect "a run by the library's name" 0 "report" "$onset" run onset_of_action -n 20 -o byname
expect "the solver can be chosen" 0 "solver cvode" "$onset" run good.onset --solver cvode -o cvode
expect "and differs from CVODE by less than the tolerance allows" 0 "^within" bash -c "
  '$onset' run good.onset --solver rosenbrock --rtol 1e-6 --atol 1e-8 -o a >/dev/null && '$onset' run good.onset --solver cvode --rtol 1e-10 --atol 1e-12 -o b >/dev/null &&
  sqlite3 a/result.sqlite \"attach 'b/result.sqlite' as b; select case when max(abs(x.true_value - y.true_value)) < 1e-5 then 'within' else max(abs(x.true_value - y.true_value)) end
    from observation x join b.observation y using (subject, arm, time_h, output)\""
dump() { sqlite3 "$1/result.sqlite" 'select * from observation order by 1, 2, 3, 4' | sha256sum; }
"$onset" run good.onset -j 1 -o j1 >/dev/null && "$onset" run good.onset -j 2 -o j2 >/dev/null
[ "$(dump j1)" = "$(dump j2)" ] && ok "one thread or two: the same bits" || not_ok "one thread or two: the same bits" ""
"$onset" run good.onset -s 5 -o s5 >/dev/null
[ "$(dump j1)" != "$(dump s5)" ] && ok "another seed, other patients" || not_ok "another seed, other patients" ""
"$onset" run good.onset --csv -o csv >/dev/null
[ "$(head -1 csv/csv/summary.csv | tr -d "\r")" = "arm,output,time_h,n,mean,sd,p05,p25,median,p75,p95" ] && ok "CSV" || not_ok "CSV" "$(ls csv/csv; head -1 csv/csv/summary.csv)"
"$onset" run good.onset -n 5 -o "it's" >/dev/null
[ "$(sqlite3 "it's/result.sqlite" 'select command from run')" = "onset run -n 5 -o 'it'\\''s' good.onset" ] && ok "the command is kept as it would be typed" || not_ok "the command is kept as it would be typed" "$(sqlite3 "it's/result.sqlite" 'select command from run')"
expect "a seed beyond 64 bits" 2 "whole number" "$onset" run good.onset --seed 9223372036854775808
expect "nothing is printed on a terminal that is none" 0 "^$" bash -c "'$onset' run good.onset -o quiet 2>&1 >/dev/null"
# The amount a route's expressions see is in the unit of the state: 50 mg are 200 umol, of which the first 100 arrive.
cat >amount.onset <<'TEXT'
module saturable "What is above 100 umol is lost"
param molar_mass = 250 [g/mol] assumed "a test"
param first      = 25 [mg]     assumed "a test"
state a = 0 [umol]
d/dt(a) = 0 [umol/h]
output level = a [umol]
route drug oral into a convert 1 / molar_mass f min(amt, first / molar_mass) / amt
model saturating "A model"
use saturable
study saturated "A study"
use model saturating
population people { subjects 2 }
arm small { dose drug 20 [mg] oral at 0 [h] }
arm large { dose drug 50 [mg] oral at 0 [h] }
control small
visit 1 [h]
TEXT
expect "a dose that saturates is taken" 0 '' "$onset" run amount.onset --no-report -o amount
arrived=$(sqlite3 amount/result.sqlite "select group_concat(distinct arm || ' ' || round(true_value, 3)) from observation where output = 'level'")
[ "$arrived" = "small 80.0,large 100.0" ] || [ "$arrived" = "large 100.0,small 80.0" ] && ok "an amount in the state's unit" || not_ok "an amount in the state's unit" "$arrived"

finish
