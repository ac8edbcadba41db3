#!/usr/bin/env bash
# onset validate --only pk: exposures of a drug of one compartment, whose values are known in closed form.
. "$(dirname "$0")/lib.sh"

mkdir -p tiny/drugs tiny/models tiny/evidence
cp -r "$project/library/validation" tiny/
sed -i 's/20%/0.001%/' tiny/validation/exposure.txt # all weigh the same, so that a dose per kg has one answer
cat >tiny/evidence/pk_parameters.csv <<'T'
key,value,source
K1,10,a test
T
cat >tiny/drugs/one.onset <<'M'
module one "One compartment, 10 L/h and 50 L: half-life 3.466 h; 40 % of a swallowed dose arrives"
covariate weight     [kg] = 70 in 1..400 "body weight"
covariate age        [year] = 40 in 0..120 "age"
covariate rifampicin [1]  = 0 in 0..1    "1: takes rifampicin"
param CL = 10 [L/h] from K1
param V  = 50 [L]   from K1
param ka = 1 [1/h]  from K1
param F  = 0.4 [1]  from K1
state gut     = 0 [mg]
state central = 0 [mg]
d/dt(gut)     = -ka * gut
d/dt(central) = ka * gut - CL * (1 + rifampicin) / V * central
output one_plasma  = central / V [ng/mL]
output two_plasma  = (2 * central / V) [ng/mL]
output age_plasma  = (central / V * age / 40 [year]) [ng/mL]
route one iv   into central
route one oral into gut f F
M
cat >tiny/models/one_pk.onset <<'M'
model one_pk "One compartment"
use one
headline one_plasma
M
printf 'group,model,drug,route\npk,one_pk,,\nsafety,one_pk,,\nefficacy,one_pk,,\n' >tiny/validation/models.csv
printf 'analyte,output,drug,site,share,molar_mass_g_mol,source\none,one_plasma,,,,200,\ntwo,two_plasma,,,,200,\nhalf,one_plasma,,,0.5,200,\nboth,one_plasma+two_plasma,,,,200,\nage,age_plasma,,,,200,\n' >tiny/validation/analytes.csv
printf 'drug,route,dose,unit,duration_min,source\none,iv,100,mg,,\none,oral,100,mg,,\n' >tiny/validation/usual_doses.csv
cat >tiny/evidence/pk_observations.csv <<'P'
key,study,drug,analyte,route,dose,dose_unit,duration_min,metric,time_min,value,sd_or_cv,spread_kind,unit,population,n
cl,T,one,one,iv,100,mg,,CL,,10,,,L/h,,10
cl_usual,T,one,one,iv,,,,CL_total,,166.667,,,mL/min,,10
cl_half,T,one,half,iv,100,mg,,CL,,5,,,L/h,,10
cl_kg,T,one,one,iv,100,mg,,CL,,0.2,,,L/h/kg,50 kg,10
vss,T,one,one,iv,100,mg,,Vss,,50,,,L,,10
half,T,one,one,iv,,,,half_life,,3.4657,,,h,,10
f,T,one,one,oral,100,mg,,F_abs,,40,,,%,,10
auc,T,one,one,iv,100,mg,,AUC0-inf,,50,,,umol*h/L,,10
auc5,T,one,one,iv,100,mg,,AUC0-5h,,6321.2,,,ng*h/mL,,10
tmax,T,one,one,oral,,,,Tmax,,120.7,,,min,,10
cmax,T,one,one,oral,100,mg,,Cmax,,534.99,,,ng/mL,,10
change,T,one,one,iv,100,mg,,AUC_change_rifampicin,,-50,,,%,,10
ratio,T,one,one,iv,100,mg,,AUC_ratio,,0.5,,,ratio,with rifampicin,10
between,T,one,two/one,iv,100,mg,,AUC_ratio,,2,,,ratio,,10
sum,T,one,both,iv,100,mg,30,concentration,30,5710.0,,,ng/mL,,10
steps,T,one,one,iv,1.75,"mg/kg total: 0.25 then 0.5 then 1 mg/kg/h, 60 min each",180,concentration,180,2.28681,,,mg/L,80 kg,10
then,T,one,one,iv,1,mg/kg in 10 min then same per h,70,concentration,70,2.73853,,,mg/L,80 kg,10
tau,T,one,one,oral,100,mg twice daily,,AUC0-tau,,4,,,mg*h/L,,10
trough,T,one,one,iv,100,mg twice daily,,Ctrough,,199.545,,,ng/mL,,10
mean,T,one,one,oral,100,mg/day,,Css,,166.67,,,ng/mL,,10
grown,T,one,one,iv,100,mg q12h,,accumulation,,1.0998,,,ratio,,10
low,T,one,one,oral,,,,Tmax_low,,60,,,min,,10
high,T,one,one,oral,,,,Tmax_high,,240,,,min,,10
old,T,one,age/one,iv,100,mg,,AUC_ratio,,0.1375,,,ratio,children 2-9 y,10
no_unit,T,one,one,iv,100,mg,,Cmax,,1,,,furlong,,10
no_dose_unit,T,one,one,iv,100,drops,,Cmax,,1,,,ng/mL,,10
no_metric,T,one,one,iv,100,mg,,charm,,1,,,ng/mL,,10
no_dose,T,one,one,iv,,,,Cmax,,1,,,ng/mL,,10
no_length,T,one,one,iv,100,mg/h,,Cmax,,1,,,ng/mL,,10
no_other,T,one,one,iv,100,mg,,AUC_ratio,,1,,,ratio,,10
no_analyte,T,one,three,iv,100,mg,,Cmax,,1,,,ng/mL,,10
P
export ONSET_LIBRARY=$work/tiny
expect "a library of one compartment" 0 "pk" "$onset" validate --only pk --json out.json -n 40

# Points in time stand two minutes apart near a peak, so its time has 1 %, areas and levels less.
python3 - <<'PY' >lines
import json
rows = {r["key"]: r for r in json.load(open("out.json"))["rows"]}
known = "cl cl_usual cl_half cl_kg vss half f auc auc5 tmax cmax change ratio between sum steps then tau trough mean grown low".split()
for k in known:
    r = rows[k]
    good = not r["skipped"] and abs(r["predicted"] / r["observed"] - 1) < (0.012 if k in ("tmax", "low") else 0.004)
    print(f'{"ok" if good else "not_ok"}\t{k}: {r.get("predicted")} for {r["observed"]} {r["skipped"] or ""}')
r = rows["old"]
print(f'{"ok" if not r["skipped"] and abs(r["predicted"] / r["observed"] - 1) < 0.1 else "not_ok"}\tage of children: {r.get("predicted")} {r["skipped"]}')
for k, text in {"high": "range that is scored as low", "no_unit": "furlong", "no_dose_unit": "drops", "no_metric": "charm", "no_dose": "dose is not given",
                "no_length": "needs duration_min", "no_other": "relative to", "no_analyte": "three"}.items():
    print(f'{"ok" if text in (rows[k]["skipped"] or "") else "not_ok"}\t{k}: {rows[k]["skipped"]}')
PY
while IFS=$'\t' read -r verdict name; do "$verdict" "$name" "$name"; done <lines
finish
