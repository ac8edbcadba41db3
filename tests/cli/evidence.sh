#!/usr/bin/env bash
# The evidence: searched, shown behind a model's numbers, checked, and extended by tables of one's own.
. "$(dirname "$0")/lib.sh"

# same NAME FOUND EXPECTED
same() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3"))"; }

# ---- Searching the library's tables ----
row=$("$onset" evidence NB07)
same "a key prints its row, and no other" "$(grep -c '^NB07 in mechanism (.*/mechanism.csv:8)$' <<<"$row") $(tail -1 <<<"$row")" "1 1 row"
for text in "quantity +Hill coefficient" "value +0.84" "species +human" "source +Gilling 2009" "seen +yes"; do
  grep -qE "^  $text" <<<"$row" && ok "with '$text'" || not_ok "with '$text'" "$row"
done
same "a key in small letters is the same" "$("$onset" evidence nb07)" "$row"
grep -q 'covariate_effect' <<<"$("$onset" evidence PKP112)" && not_ok "empty columns are left out" "" || ok "empty columns are left out"
same "all words must match, in any column and case" \
  "$("$onset" evidence glun2c KETAMINE --csv | cut -d, -f1 | paste -sd' ')" "key NB32 NB36"
same "as one word or several" "$("$onset" evidence 'glun2c ketamine')" "$("$onset" evidence glun2c ketamine)"
expect "a recalled row says so" 0 "seen +recalled" "$onset" evidence NB32
expect "no word: the tables" 0 "^mechanism +[0-9]+ rows, +[0-9]+ recalled" "$onset" evidence
same "each table is listed once" "$("$onset" evidence | grep -c ' rows, ')" "$(ls "$project"/library/evidence/*.csv "$project"/library/evidence/calibration/*/summary.csv | wc -l)"
expect "one table" 0 "^20 of [0-9]+ rows; --limit [0-9]+ prints all" "$onset" evidence --table trials
expect "--limit" 0 "^3 of [0-9]+ rows" "$onset" evidence --table trials --limit 3
same "--limit counts" "$("$onset" evidence --table trials --limit 3 | grep -c ' in trials (')" 3
for table in "$project"/library/evidence/*.csv; do
  name=$(basename "$table" .csv)
  "$onset" evidence --table "$name" --csv | cmp -s - <(tr -d '\r' <"$table") && ok "--csv gives the table $name back" || not_ok "--csv gives the table $name back" ""
done
"$onset" evidence --csv --limit 1000000 >all.csv
tables=("$project"/library/evidence/*.csv "$project"/library/evidence/calibration/*/summary.csv)
rows=$(cat "${tables[@]}" | wc -l) tables=${#tables[@]}
same "--csv of several tables has one head and every row" "$(wc -l <all.csv) $(head -1 all.csv | cut -d, -f1,2)" "$((rows - tables + 1)) table,key"
same "and as many fields in every row" "$(sqlite3 :memory: -cmd '.mode csv' -cmd '.import all.csv t' 'select count(*) from t' 2>&1)" "$((rows - tables))"
same "--csv --limit" "$("$onset" evidence ketamine --csv --limit 4 | wc -l)" 5

# ---- Their description ----
# undescribed TABLE: the columns of its first row that neither its section of docs/evidence.md nor the one for all tables names.
undescribed() {
  awk -v table="$(basename "$1" .csv)" '/^#/ {on = $0 == "## The columns" || $0 == "### " table} on' "$project/docs/evidence.md" >section
  head -1 "$1" | tr -d '\r' | tr , '\n' | while read -r column; do grep -qF "\`$column\`" section || echo "$column"; done
}
for table in "$project"/library/evidence/*.csv; do
  same "docs/evidence.md describes the columns of $(basename "$table")" "$(undescribed "$table")" ""
done

# ---- Nothing found ----
expect "nothing found: the nearest key" 1 "no row .* 'NB77x'; the nearest key is 'NB77'" "$onset" evidence NB77x
expect "nothing found: the word that stands nowhere" 1 "no row .* 'zzyzx'" "$onset" evidence ketamine zzyzx
expect "nothing found: each word stands somewhere" 1 "no row .* has all of 'ki reduction'" "$onset" evidence ki reduction
same "nothing is printed as CSV then" "$("$onset" evidence zzyzx --csv 2>/dev/null)" ""
expect "an unknown table" 1 "no evidence table 'trial'; there are arms, .*trials" "$onset" evidence --table trial
expect "a limit of none" 2 "whole number" "$onset" evidence ketamine --limit 0
expect "no tables at all" 1 "there are no evidence tables in" env ONSET_LIBRARY="$work" "$onset" evidence ketamine

# ---- Tables of one's own ----
mkdir own other empty keyless
cat >own/lab.csv <<'TABLE'
key,quantity,value,low,high,unit,species,seen,source
LAB1,clearance of the test drug,5,4,6,L/h,human,yes,"Our laboratory, 2026"
LAB2,volume of the test drug,50,,,L,rat,recalled,Our laboratory 2025
TABLE
printf 'key,value,seen,source\nLAB2,7,yes,another\nLAB3,1,yes,"a text, with commas"\n' >other/second.csv
printf 'name,value\nLAB1,5\n' >keyless/table.csv
small_study cited.onset
sed -i 's/assumed "a test"$/from LAB1 "measured here"/;t' cited.onset
sed -i '0,/param V .*/s//param V  = 50 [L] iiv normal 5 from LAB2/' cited.onset
expect "own tables are searched too" 0 "^LAB1 in lab \(own/lab.csv:2\)" "$onset" evidence LAB1 --evidence own
expect "more than one folder" 0 "^LAB3 in second" "$onset" evidence commas --evidence own -E other
expect "their columns as CSV" 0 '^LAB1,clearance of the test drug,5,4,6,L/h,human,yes,"Our laboratory, 2026"$' "$onset" evidence LAB1 --evidence own --csv
expect "without them the row is not found" 1 "no row" "$onset" evidence LAB1
expect "a folder that is not there" 1 "evidence folder 'nowhere' does not exist" "$onset" evidence --evidence nowhere
expect "a folder without tables" 1 "no evidence table .* 'empty'" "$onset" check --evidence empty cited.onset
mkdir unsourced && cut -d, -f1-8 own/lab.csv >unsourced/lab.csv
expect "a table without sources" 0 "unsourced/lab.csv:1:1: warning: .* no column 'source'" "$onset" check --evidence unsourced cited.onset
expect "is an error for --strict" 1 "1 warning" "$onset" check --strict --evidence unsourced cited.onset
expect "a table without keys" 1 "'keyless/table.csv' has no column 'key'" "$onset" check --evidence keyless cited.onset

# ---- Check ----
expect "a citation that no table has is an error" 1 "cited.onset:3:.* error: no evidence table has a row 'LAB1'" "$onset" check cited.onset
expect "the nearest key is named" 1 "did you mean 'LAB1'" bash -c "sed 's/from LAB1/from LAB01/' cited.onset >near.onset; '$onset' check near.onset --evidence own"
expect "it is an error where there are no tables, too" 1 "error: no evidence table has a row 'LAB1'" env ONSET_LIBRARY="$work/empty" "$onset" check cited.onset
expect "with the table all is well" 0 "0 errors, 0 warnings" "$onset" check --strict --evidence own cited.onset
sed 's/ from LAB2//' cited.onset >uncited.onset
expect "a missing citation is a warning" 0 "warning: the parameter 'V' has no source" "$onset" check --evidence own uncited.onset
expect "and with --strict a failure" 1 "warning: the parameter 'V' has no source" "$onset" check --strict --evidence own uncited.onset
expect "a key that stands twice is a warning with both places" 0 \
  "other/second.csv:2:1: warning: the key 'LAB2' stands in two rows of evidence, own/lab.csv:3 and other/second.csv:2" \
  "$onset" check --evidence own --evidence other cited.onset
expect "and with --strict a failure" 1 "0 errors, 1 warning" "$onset" check --strict --evidence own --evidence other cited.onset
expect "the same folder by two names is one" 0 "0 errors, 0 warnings" "$onset" check --strict --evidence own --evidence ./own cited.onset
printf 'LAB4,too,short\n,no key,1,,,L,rat,yes,x\n' >>own/lab.csv
expect "a row with too few fields is a warning" 0 "own/lab.csv:4:1: warning: this row of evidence has 3 fields, its table 9 columns" "$onset" check --evidence own cited.onset
expect "so is one without a key" 0 "own/lab.csv:5:1: warning: this row of evidence has no key" "$onset" check --evidence own cited.onset
sed -i 4,5d own/lab.csv

# ---- The sources of a model ----
shown=$("$onset" show --sources --evidence own cited.onset)
holds() { grep -qF -- "$2" <<<"$shown" && ok "$1" || not_ok "$1" "$shown"; }
holds "value, unit, variability" "one.CL = 5 [L/h], CV 30 %"
holds "kind and note" "    published, seen: measured here"
holds "the row: value, range, unit, species" "      LAB1 in lab: clearance of the test drug = 5 (4 to 6) L/h; human"
holds "its source" "      Our laboratory, 2026"
holds "another kind of variability" "one.V = 50 [L], SD 5"
holds "a recalled row is marked" "    published, recalled"
same "a count of each kind" "$(tail -6 <<<"$shown" | tr -s ' ')" "$(printf '2 parameters\n published, seen 1\n published, recalled 1\n calibrated 0\n assumed 0\n without source 0')"
counted=$("$onset" show --sources rapid_antidepressant | awk '/^[0-9]+ parameters/ {all = $1; at = 1; next} at {n += $NF} END {print all - n, (all > 50)}')
same "the kinds of the library's model add up to its parameters" "$counted" "0 1"
same "each of its parameters has a row or a note" "$("$onset" show --sources rapid_antidepressant | grep -c 'no table has this row')" 0
shown=$("$onset" show --sources rapid_antidepressant)
holds "a calibrated parameter has its posterior" "      efficacy.depression.gain in calibration_efficacy: depression.gain = "
expect "which is evidence like the rest" 0 "5 to 95 % of the posterior" "$onset" evidence efficacy.depression.gain
expect "show without own tables fails" 1 "no evidence table has a row" "$onset" show cited.onset

# ---- Running ----
expect "a run without them fails" 1 "no evidence table has a row 'LAB1'" "$onset" run cited.onset -o without
expect "a run with them" 0 "database" "$onset" run cited.onset --evidence own -o with
same "keeps what they say of the source" "$(sqlite3 with/result.sqlite "select source_text, seen from parameter where source_key = 'LAB1'")" "Our laboratory, 2026|yes"
finish
