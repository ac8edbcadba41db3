#!/usr/bin/env bash
# onset calibrate on a toy library whose parameters are known: found again, written into the module, used by validate; bad input.
. "$(dirname "$0")/lib.sh"

# A score that falls by (placebo + drop, where a dose was given) (1 - exp(-t / tau)), in closed form.
mkdir -p lib/models lib/evidence lib/calibration/toy
cp -r "$project/library/validation" lib/validation
cat >lib/models/toy.onset <<'M'
module score "A score that falls"

covariate madrs_baseline [1] = 30 in 0..60   "score at entry"
covariate trial_effect   [1] = 1  in 0.01..9 "of a trial"

param placebo = 4 [1]                  in 0.1..30  assumed "a test"
param drop    = 4 [1] iiv normal 3 [1] in 0.1..30  assumed "a test"
param tau     = 100 [h]                in 10..1000 assumed "a test"

state given  = 0 [mg] "dose"
state better = 0 [1]  "points"

d/dt(given)  = 0 [mg/h]
d/dt(better) = ((placebo + drop * given / (given + 0.001 [mg])) * trial_effect - better) / tau

output madrs = madrs_baseline - better error 2 round 1 "score"

route ketamine iv into given

model toy "A toy"
use score
headline madrs
M
(cd lib/validation && printf 'group,model,drug,route\nefficacy,toy,,\n' >models.csv && printf 'table,column,contains,line,source\narms,drug,nothing,x = 1,a\n' >settings.csv &&
  printf 'what,name,sd_log,source\nparameter,calibrated,0.1,a\nparameter,assumed,0.15,a\nparameter,evidence,0,a\ncovariate,trial_effect,0.1,a\ncalibration,toy,,a\n' >uncertainty.csv &&
  cat >trial.txt) <<'T'
study {study} "{title}"
use model {model}
seed 1

population trial {
  subjects       {subjects}
  madrs_baseline ~ normal({baseline_mean}, {baseline_sd}) in 8..56
  {settings}
}
T
python3 - <<'P'
import math, random
random.seed(3)
truth = dict(placebo=6.0, drop=7.0, tau=200.0)
trials, arms, rows, n, key = [], [], [], 200, 0
for t in range(6):
    name, effect = f"Toy{t + 1}", math.exp(random.gauss(0, 0.1))
    trials.append(f"{name},MDD,,MADRS,30,4,40,50,70,{2 * n}")
    for arm, dose in (("active", 30), ("saline", 0)):
        arms.append(f"{name},{arm},{'ketamine' if dose else 'saline'},iv,{dose},mg,40,,1,,{n}")
        own = random.gauss(0, 0.25)
        for h in (24, 168, 672):
            fall = (truth["placebo"] + truth["drop"] * (dose > 0)) * (1 - math.exp(-h / truth["tau"])) * effect
            rows.append(f"K{key},{name},{arm},MADRS,mean_change,{h},{-fall - own + random.gauss(0, 0.15):.2f},,,,,{n},yes"); key += 1
head = {"trials": "study,indication,failed_antidepressants_min,baseline_scale,baseline_mean,baseline_sd,age_mean,female_pct,weight_kg_mean,n_total",
        "arms": "study,arm,drug,route,dose,dose_unit,infusion_min,doses_per_week,n_doses,co_treatment,n",
        "outcomes": "key,study,arm,scale,metric,time_h,value,sd,se,ci_low,ci_high,n,seen"}
for name, lines in (("trials", trials), ("arms", arms), ("outcomes", rows)):
    open(f"lib/evidence/{name}.csv", "w").write(head[name] + "\n" + "\n".join(lines) + "\n")
P
cat >lib/calibration/toy/parameters.csv <<'C'
name,low,high,median,sd,scale,source
score.placebo,0.5,20,4,0.6,log,assumed: a test
score.drop,0.5,20,4,0.6,log,assumed: a test
score.tau,20,900,100,0.8,log,assumed: a test
covariate trial_effect,0.01,0.5,0.1,0.4,log,assumed: a test
spread score,0.05,2,0.3,0.5,log,assumed: a test
C
printf 'what,name,weight,reason\nclass,single_dose,1,all\n' >lib/calibration/toy/rows.csv
export ONSET_LIBRARY=$work/lib
holds() { # NAME, Python expression over s (summary by name), d (draws), l (likelihoods), lines
  python3 - "$2" record <<'PY' && ok "$1" || not_ok "$1" "$(cat record/README.md 2>/dev/null | head -60)"
import csv, sys
s = {r["name"]: {k: float(v) for k, v in r.items() if k not in ("key", "name", "prior_scale", "prior_source", "source")} for r in csv.DictReader(open(sys.argv[2] + "/summary.csv"))}
d = list(csv.DictReader(open(sys.argv[2] + "/draws.csv"))); l = list(csv.DictReader(open(sys.argv[2] + "/trial_likelihood.csv")))
sys.exit(0 if eval(sys.argv[1]) else 1)
PY
}

run=("$onset" calibrate toy --starts 2 --evaluations 120 --draws 200 -n 32)
expect "a calibration" 0 "effective number" "${run[@]}" -o record
for truth in "placebo 6" "drop 7" "tau 200"; do
  set -- $truth
  holds "$1 lies in its interval" "s['score.$1']['low'] <= $2 <= s['score.$1']['high']"
  holds "$1 is known better than before" "s['score.$1']['high'] / s['score.$1']['low'] < 1.5"
done
holds "a hundred draws of all" "len(d) == 100 == len(l) and len(l[0]) == 7"
expect "with one thread" 0 "effective number" "${run[@]}" -o again -j 1
for file in summary draws trial_likelihood fit; do cmp -s record/$file.csv again/$file.csv && ok "the same $file" || not_ok "the same $file" "$(diff record/$file.csv again/$file.csv | head -5)"; done

# Leaving a trial out by weights is what a calibration without it finds.
cp -r lib/calibration/toy lib/calibration/without && echo "trial,Toy2,0,left out" >>lib/calibration/without/rows.csv
expect "a calibration without a trial" 0 "effective number" "$onset" calibrate without --starts 1 --evaluations 120 --draws 200 -n 32 -o without
python3 - <<'PY' && ok "leaving out by weights" || not_ok "leaving out by weights" "$(cat without/summary.csv)"
import csv, math, sys
d = list(csv.DictReader(open("record/draws.csv"))); l = list(csv.DictReader(open("record/trial_likelihood.csv")))
s = {r["name"]: r for r in csv.DictReader(open("without/summary.csv"))}
w = [math.exp(-float(r["Toy2"])) for r in l]
for p in ("score.placebo", "score.drop", "score.tau"):
    mean, sd = float(s[p]["value"]), float(s[p]["sd"])
    by_weights = sum(x * float(r[p]) for x, r in zip(w, d)) / sum(w)
    print(p, by_weights, mean, sd, file=sys.stderr)
    if abs(by_weights - mean) > 0.6 * sd: sys.exit(1)
PY

mkdir -p lib/evidence/calibration && cp -r record lib/evidence/calibration/toy
expect "validate takes the draws" 0 "Left out by importance: 6 trials" "$onset" validate --only efficacy --json out.json -n 200
python3 - <<'PY' && ok "both kinds of score" || not_ok "both kinds of score" "$(head -c 2000 out.json)"
import json, sys
d = json.load(open("out.json"))
g = {x["trials"]: x for x in d["groups"] if x["class"] == "single_dose" and x["rows"] == "seen"}
sys.exit(0 if set(g) == {"left_out", "in_sample"} and g["left_out"]["n"] == 36 and g["in_sample"]["mae_score"] < 1.2 and g["left_out"]["inside90"] > 0.7 and all("pareto_k" in r["left_out"] for r in d["rows"]) else 1)
PY
cp lib/models/toy.onset before.onset
expect "the values into the module" 0 "score.tau 100 ->" "$onset" calibrate toy --apply
[ "$(diff before.onset lib/models/toy.onset | grep -c '^>')" = 3 ] && ok "three lines change" || not_ok "three lines change" "$(diff before.onset lib/models/toy.onset)"
expect "and it is still a module" 0 "" "$onset" check lib/models/toy.onset

# Which rows: a line of the row's own wins over its trial and its metric.
uses() { # NAME, LINES OF rows.csv, ROWS AND TRIALS
  rm -rf picked && cp -r lib/calibration/toy picked && printf '%s\n' "$2" >>picked/rows.csv
  expect "$1" 0 "^$3" "$onset" calibrate ./picked --starts 1 --evaluations 0 --draws 60 -n 8 -o picked_record
}
uses "a row out of a trial that is left out" $'trial,Toy2,0,a\nrow,K6,1,b' "31 rows of 6 trials"
uses "only rows of a metric" "metric,mean_change,1,a" "36 rows of 6 trials"
uses "only rows of an output" "output,madrs,1,a" "36 rows of 6 trials"
uses "a row of an output that is left out" $'output,madrs,0,a\nrow,K6,1,b\nrow,K7,1,b\nrow,K0,1,b' "3 rows of 2 trials"
uses "a row of a metric that is left out" $'metric,mean_change,0,a\nrow,K6,1,b\nrow,K7,1,b\nrow,K0,1,b' "3 rows of 2 trials"

# Two calibrations of other parameters each give one posterior.
(cd lib/evidence/calibration && mkdir tau && for file in draws summary trial_likelihood; do cp toy/$file.csv tau/; done &&
  python3 - <<'PY'
import csv
for folder, keep in (("tau", lambda n: n == "score.tau"), ("toy", lambda n: n != "score.tau")):
    rows = list(csv.DictReader(open(folder + "/draws.csv"))); names = [n for n in rows[0] if keep(n)]
    w = csv.DictWriter(open(folder + "/draws.csv", "w"), names, extrasaction="ignore", lineterminator="\n"); w.writeheader(); w.writerows(rows)
PY
)
cp lib/validation/uncertainty.csv one.csv && echo "calibration,tau,,b" >>lib/validation/uncertainty.csv
expect "validate takes two calibrations" 0 "Left out by importance: 6 trials" "$onset" validate --only efficacy --json two.json -n 200
python3 - <<'PY' && ok "their draws are as of one" || not_ok "their draws are as of one" ""
import json, sys
one, two = ({r["key"]: r["predicted"] for r in json.load(open(f))["rows"]} for f in ("out.json", "two.json"))
sys.exit(0 if len(one) == 36 and one == two else 1)
PY
sed -i '$d' lib/evidence/calibration/tau/draws.csv lib/evidence/calibration/tau/trial_likelihood.csv
expect "calibrations of other lengths" 1 "tau/draws.csv' has 99 draws and '.*toy/draws.csv' has 100; run both" "$onset" validate --only efficacy -n 200
cp one.csv lib/validation/uncertainty.csv

bad() { # NAME, TEXT, FILE, SED SCRIPT
  rm -rf bad && cp -r lib/calibration/toy bad && sed -i "$4" "bad/$3"
  expect "$1" 1 "$2" "$onset" calibrate ./bad -o nothing
}
bad "an unknown parameter" "parameters.csv' line 2, 'score.hope'.*no model" parameters.csv '2s/score.placebo/score.hope/'
bad "bounds reversed" "line 3.*low must be below high" parameters.csv '3s/0.5,20/20,0.5/'
bad "a prior outside its bounds" "line 3.*median must lie" parameters.csv '3s/,4,0.6/,40,0.6/'
bad "a prior without source" "line 3.*source" parameters.csv '3s/assumed: a test//'
bad "a column that is missing" "parameters.csv' has no column 'median'" parameters.csv '1s/median/centre/'
bad "a column of the rows that is missing" "rows.csv' has no column 'weight'" rows.csv '1s/weight/power/'
bad "a class that there is not" "rows.csv' line 3: there is no class 'single_dos'" rows.csv '$a class,single_dos,1,a'
bad "a trial that there is not" "rows.csv' line 3: there is no trial 'Toy9'" rows.csv '$a trial,Toy9,0,a'
bad "a row that there is not" "rows.csv' line 3: there is no row 'K999'" rows.csv '$a row,K999,0,a'
bad "no row is left" "leaves no row" rows.csv '2s/single_dose/other_indications/'
bad "a metric that no row has" "leaves no row" rows.csv '$a metric,response_pct,1,a'
bad "an output that no model has" "no model of .*has the output 'qids'" rows.csv '$a output,qids,1,a'
bad "a trial has no weight of its own" "rows.csv' line 3: 'trial' with weight '1' means nothing" rows.csv '$a trial,Toy2,1,a'
bad "a word that means nothing" "rows.csv' line 2: 'klass'" rows.csv '2s/class/klass/'
expect "no such set" 1 "no calibration set 'hope'.*toy" "$onset" calibrate hope
[ ! -e nothing ] && ok "nothing was written" || not_ok "nothing was written" "$(ls nothing)"
finish
