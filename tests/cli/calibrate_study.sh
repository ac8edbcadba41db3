#!/usr/bin/env bash
# onset calibrate STUDY: parameters from a study's expectations, against closed forms; what it writes; bad input.
. "$(dirname "$0")/lib.sh"

# The level base + gain x 100 exp(-k t) is linear in base and gain: with normal priors and targets the posterior is normal, in closed form.
cat >line.onset <<'M'
module kinetics "A bolus into one compartment, beside a level of its own"
param k    = 0.1 [1/h]            assumed "a test"
param gain = 0.02 [1/L] in 0..0.2 assumed "a test"
param base = 0.5 [mg/L]           assumed "a test"
state A = 0 [mg]
d/dt(A) = -k * A
output level = base + gain * A [mg/L] "level in plasma"
route x iv into A

model line
use kinetics

study linear "Linear in what is estimated"
use model line
seed 7
population two { subjects 2 }
arm treated { dose x 100 [mg] iv at 0 }
arm none { }
visit 0, 2, 10, 20 [h]
trace 0..20 by 1 [h]
estimate kinetics.gain ~ normal(0.03, 0.01) [1/L] in 0.0001..0.09 assumed "a test"
estimate kinetics.base ~ normal(500, 300) [ug/L]                  assumed "a test"
expect mean(level, treated)             at 2 [h]  in 2.6..3.4 [mg/L]    assumed "a test"
expect mean(level, treated)             at 10 [h] in 1300..2100 [ug/L]  assumed "a test"
expect mean(level, none)                at 20 [h] in 0.3..0.9 [mg/L]    assumed "a test"
expect difference(level, treated, none) at 20 [h] in 0.1.. [mg/L]       assumed "a direction"
M
holds() { # NAME, FOLDER, Python expression over s (summary by name), d (draws), l (likelihoods), f (fit by expectation), and m, sd, r: the closed form
  python3 - "$2" "$3" <<'PY' && ok "$1" || not_ok "$1" "$(cat "$2"/README.md 2>/dev/null | head -60)"
import csv, math, sys
folder, claim = sys.argv[1:]
number = lambda row, *texts: {k: v if k in texts else float(v) for k, v in row.items()}
s = {r["name"]: number(r, "key", "name", "prior_scale", "prior_source", "source") for r in csv.DictReader(open(folder + "/summary.csv"))}
d = [number(r) for r in csv.DictReader(open(folder + "/draws.csv"))]
l = [number(r) for r in csv.DictReader(open(folder + "/trial_likelihood.csv"))]
f = {r["expectation"]: number(r, "key", "expectation", "unit") for r in csv.DictReader(open(folder + "/fit.csv"))}
# (P + J' W J) m = P m0 + J' W y; a range is a 95 % interval.
J, y = [(100 * math.exp(-0.2), 1), (100 * math.exp(-1), 1), (0, 1)], [3.0, 1.7, 0.6]
w, p, m0 = [(2 * 1.959964 / x) ** 2 for x in (0.8, 0.8, 0.6)], (1 / 0.01**2, 1 / 0.3**2), (0.03, 0.5)
a, b, c = (sum(v * j[i] * j[k] for v, j in zip(w, J)) for i, k in ((0, 0), (0, 1), (1, 1)))
a, c = a + p[0], c + p[1]
g = [p[i] * m0[i] + sum(v * j[i] * t for v, j, t in zip(w, J, y)) for i in (0, 1)]
det = a * c - b * b
m, sd, r = ((c * g[0] - b * g[1]) / det, (a * g[1] - b * g[0]) / det), (math.sqrt(c / det), math.sqrt(a / det)), -b / math.sqrt(a * c)
gain, base = s.get("kinetics.gain"), s.get("kinetics.base")
def correlation(x, y):
    x, y = ([r[k] for r in d] for k in (x, y)); mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((u - mx) * (v - my) for u, v in zip(x, y)) / math.sqrt(sum((u - mx) ** 2 for u in x) * sum((v - my) ** 2 for v in y))
sys.exit(0 if eval(claim) else 1)
PY
}

expect "a study" 0 "1 expectation with an open range is not used" "$onset" calibrate line.onset -o record --draws 2000
# The mode is what the optimiser and a Gauss-Newton step find: exact here but for the solver's tolerance of 1e-4.
holds "the best values" record "all(abs(e['best'] - t) < 0.01 * v for e, t, v in zip((gain, base), m, sd))"
# 2000 draws, about half of them independent: a mean to 1 / sqrt(1000) SD, an SD to 2 %; four times that.
holds "the posterior's means" record "all(abs(e['value'] - t) < 0.13 * v for e, t, v in zip((gain, base), m, sd))"
holds "the posterior's SDs" record "all(abs(e['sd'] / v - 1) < 0.09 for e, v in zip((gain, base), sd))"
# 100 draws: the z of a correlation has an SD of 0.1.
holds "their correlation" record "abs(math.atanh(correlation('kinetics.gain', 'kinetics.base')) - math.atanh(r)) < 0.4"
holds "5 and 95 %" record "all(abs(e[k] - t - q * v) < 0.25 * v for e, t, v in zip((gain, base), m, sd) for k, q in (('low', -1.645), ('high', 1.645)))"
holds "the fit before and after" record "len(f) == 3 and abs(f['mean(level, none) at 20 h']['before'] - 0.5) < 1e-3 and abs(f['mean(level, none) at 20 h']['after'] - m[1]) < 2e-3 and abs(f['mean(level, treated) at 2 h']['after'] - m[1] - 100 * m[0] * math.exp(-0.2)) < 2e-3"
holds "targets and standard errors in the output's unit" record "abs(f['mean(level, treated) at 10 h']['observed'] - 1.7) < 1e-9 and abs(f['mean(level, treated) at 10 h']['se'] - 0.8 / 3.919928) < 1e-5"
holds "likelihoods of each expectation" record "len(d) == len(l) == 100 and max(abs(x['mean(level, none) at 20 h'] + 0.5 * math.log(2 * math.pi / w[2]) + 0.5 * w[2] * (0.6 - z['kinetics.base']) ** 2) for x, z in zip(l, d)) < 1e-3"
grep -q "onset calibrate -o record --draws 2000 line.onset" record/README.md && grep -q "seed 7" record/README.md && ok "the command and the seed" || not_ok "the command and the seed" "$(cat record/README.md)"
expect "with one thread" 0 "effective number" "$onset" calibrate line.onset -o again --draws 2000 -j 1
for file in summary draws trial_likelihood fit; do cmp -s record/$file.csv again/$file.csv && ok "the same $file" || not_ok "the same $file" "$(diff record/$file.csv again/$file.csv | head -5)"; done
sed '/^estimate kinetics.base/d' line.onset >one.onset
expect "one estimate, the record's own place" 0 "written to results/linear-calibration" "$onset" calibrate one.onset
[ -s results/linear-calibration/draws.csv ] && ok "it is there" || not_ok "it is there" "$(ls -R)"
sed 's/^expect mean(level, none).*/expect mean(level, none) at 0 in 0.3..0.9 [mg\/L] assumed "a test"/; /^estimate kinetics.gain/d; s/^estimate kinetics.base.*/estimate kinetics.k ~ lognormal(0.1, 5%) [1\/h] assumed "a test"/; /^expect mean(level, treated)/d' line.onset >dull.onset
expect "what the targets say nothing about" 0 "kinetics.k: the posterior is .* % as wide as the prior" "$onset" calibrate dull.onset -o dull

# Levels after a bolus, D / V exp(-k t), and patients: log-normal volumes of CV 50 % have the mean V sqrt(1.25), their inverses sqrt(1.25) / V.
cat >patients.onset <<'M'
module one "One compartment"
param k = 0.2 [1/h]      in 0.01..2 assumed "a test"
param V = 30 [L] iiv 30%            assumed "a test"
state A = 0 [mg]
d/dt(A) = -k * A
output level  = A / V [mg/L] "level in plasma"
output volume = V [L]        "volume of distribution"
route x iv into A

model bolus
use one

study patients "Patients that differ"
use model bolus
population many { subjects 4000 }
arm treated { dose x 100 [mg] iv at 0 }
visit 0, 2, 12 [h]
estimate one.k     ~ lognormal(0.2, 100%) [1/h] assumed "a test"
estimate one.V     ~ lognormal(30, 100%) [L]    assumed "a test"
estimate iiv one.V ~ lognormal(30%, 100%)       assumed "a test"
M
python3 - >>patients.onset <<'P'
import math
for t in (2, 12):
    x = 100 / 40 * math.sqrt(1.25) * math.exp(-0.1 * t)
    print(f"expect mean(level, treated) at {t} [h] in {0.98 * x:.6f}..{1.02 * x:.6f} [mg/L] assumed \"closed form\"")
x = 40 * math.sqrt(1.25)
print(f"expect mean(volume, treated) at 12 [h] in {0.98 * x:.6f}..{1.02 * x:.6f} [L] assumed \"closed form\"")
P
"$onset" fmt patients.onset >/dev/null
expect "the file is formatted and sound" 0 "1 file checked: 0 errors, 0 warnings" "$onset" check --strict patients.onset
expect "patients that differ" 0 "set one.V = .* iiv .*%.* calibrated" "$onset" calibrate patients.onset -o people --draws 200
for truth in "one.k 0.1" "one.V 40" "iiv one.V 0.5"; do
  holds "${truth% *} is found" people "abs(s['${truth% *}']['best'] - ${truth##* }) < 2.5 * s['${truth% *}']['sd'] and s['${truth% *}']['sd'] < 0.1 * ${truth##* }"
done
# The study's own patients were solved: with the values set, `onset experiments` finds the same means.
sed '/^estimate/d' patients.onset >set.onset
python3 - >>set.onset <<'PY'
import csv
best = {r["name"]: float(r["best"]) for r in csv.DictReader(open("people/summary.csv"))}
print(f'set one.k = {best["one.k"]} [1/h] assumed "found"\nset one.V = {best["one.V"]} [L] iiv {100 * best["iiv one.V"]}% assumed "found"')
PY
expect "the values as statements" 0 "reproduced" "$onset" experiments set.onset --hypothesis bolus --json set.json
python3 - <<'PY' && ok "the same means" || not_ok "the same means" "$(cat people/fit.csv set.json)"
import csv, json, sys
f = [float(r["after"]) for r in csv.DictReader(open("people/fit.csv"))]
e = [x["value"] for x in json.load(open("set.json"))["cells"][0]["expectations"]]
sys.exit(0 if len(e) == 3 and all(abs(a / b - 1) < 1e-3 for a, b in zip(f, e)) else 1)
PY
holds "the statements are the means" people "all('set one.%s = %.4g ' % (p, s['one.' + p]['value']) in open(folder + '/README.md').read() for p in 'kV')"
expect "too few patients for the targets" 0 "virtual patients are too few" "$onset" calibrate patients.onset -n 20 -o few --draws 60

bad() { # NAME, TEXT, SED SCRIPT, ARGUMENTS...
  local name=$1 text=$2; sed "$3" line.onset >bad.onset; shift 3
  expect "$name" 1 "$text" "$onset" calibrate bad.onset -o nothing "$@"
}
bad "no estimate" "has no .estimate.; name what" '/^estimate/d'
bad "no expectation" "has no .expect.: there is nothing" '/^expect/d'
bad "too few targets" "2 .estimate. and 1 .expect. with both ends of the range" '/^expect mean(level, treated)/d'
bad "an unknown parameter" "did you mean 'kinetics.gain'" 's/estimate kinetics.gain/estimate kinetics.gian/'
bad "a bound beyond the parameter's own" "bounds of 'kinetics.gain' reach beyond" 's/in 0.0001..0.09/in 0.0001..0.5/'
bad "no value to begin with" "has no value at the study's own numbers" 's/^expect difference.*/expect share(level, none, treated, treated) at 20 [h] in 0..2 assumed "a test"/'
bad "too few evaluations" "give at least 24" '' --evaluations 20
bad "another study" "holds no study 'other'" '' --study other
expect "interrupted" 130 "was cancelled; nothing was written" timeout --foreground --preserve-status -s INT 3 "$onset" calibrate line.onset -o nothing --draws 100000 --evaluations 1000000
expect "values of a study are not applied" 1 "lines in its record" "$onset" calibrate line.onset --apply
expect "nor those of a study of the library" 1 "is no calibration set" "$onset" calibrate nobody --apply
expect "nor those of a study in a set" 1 "'linear' is no calibration set" "$onset" calibrate "$work" --study linear --apply
expect "no such file" 1 "cannot open 'hope.onset'" "$onset" calibrate hope.onset
[ ! -e nothing ] && ok "nothing was written" || not_ok "nothing was written" "$(ls nothing)"
finish
