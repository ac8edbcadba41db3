#!/usr/bin/env bash
# onset validate: any folder with the columns, blanks, other words, reasons.
. "$(dirname "$0")/lib.sh"

mkdir mine partial empty
cat >mine/trials.csv <<'T'
study,indication,failed_antidepressants_min,baseline_scale,baseline_mean,baseline_sd,age_mean,female_pct,weight_kg_mean,n_total
Own2030,TRD,2,MADRS,33,5,,,,60
Blank2031,,,,,,,,,
T
cat >mine/arms.csv <<'A'
study,arm,drug,route,dose,dose_unit,infusion_min,doses_per_week,n_doses,co_treatment,n
Own2030,active,ketamine,intravenous,0.5,mg/kg,40,,1,,30
Own2030,saline,saline,iv,0,mg/kg,40,,1,,30
Own2030,unknown,wonderdrug,oral,10,mg,,7,28,,30
Own2030,shock,ECT,,,,,,,,30
Blank2031,placebo,placebo,,,,,,,,
A
cat >mine/outcomes.csv <<'O'
study,arm,scale,metric,time_h,value,sd,se,ci_low,ci_high,n
Own2030,active,MADRS,mean_change,24,-16,,,,,
Own2030,saline,MADRS,response_pct,24,7,,,,,30
Own2030,active,HAMD17,mean,24,12,6,,,,30
Own2030,active,MADRS,ls_mean_diff_vs_control,24,-9,,1.5,,,
Own2030,active,MADRS,mean,0,33,5,,,,30
Own2030,unknown,MADRS,mean_change,24,-3,,,,,30
Own2030,shock,MADRS,mean_change,24,-3,,,,,30
Own2030,active,MOOD,mean_change,24,-3,,,,,30
Own2030,active,MADRS,odds,24,-3,,,,,30
Own2030,active,MADRS,mean_change,,-3,,,,,30
Own2030,active,MADRS,mean,,30,,,,,30
Own2030,active,MADRS,mean_change,24,,,,,,30
Own2030,nobody,MADRS,mean_change,24,-3,,,,,30
Blank2031,placebo,MADRS,remission_pct,1008,20,,,,,
Nowhere2032,a,MADRS,mean_change,24,-3,,,,,30
O
cat >partial/safety.csv <<'S'
study,drug,route,dose,dose_unit,endpoint,metric,time_min,value,sd,ci_low,ci_high,unit,n
Own2030,ketamine,iv,0.5,mg/kg,SBP_change,mean_change,40,14,,,,mmHg,30
Own2030,ketamine,iv,0.5,mg/kg,hair_loss,incidence_pct,40,14,,,,pct,30
S
cat >partial/pk_observations.csv <<'P'
study,drug,analyte,route,dose,dose_unit,duration_min,metric,time_min,value,unit,n
Own2030,ketamine,ketamine,iv,0.5,mg/kg,40,Cmax,,185,ng/mL,10
Own2030,ketamine,ketamine,iv,0.5,mg/kg,40,Cmax,,0.185,furlong,10
P

mkdir harm
cat >harm/safety.csv <<'S'
key,study,drug,route,dose,dose_unit,endpoint,metric,time_min,value,sd,ci_low,ci_high,unit,n,population
a,Spray2030,esketamine+oral AD,nasal,56-84,mg,nausea_pct,incidence_pct,,28,,,,pct,300,TRD
b,Spray2030,placebo+oral AD,nasal,0,mg,nausea_pct,incidence_pct,,10,,,,pct,300,TRD
c,Spray2030,esketamine + new AD,nasal,56-84,mg,nausea_pct,incidence_pct,,14,,,,pct,300,TRD first treatment week
d,Spray2030,esketamine,nasal,84,mg,BP_peak_time,peak_time,,40,,,,min,300,TRD
e,Tablet2030,escitalopram,oral,10-20,mg/d,nausea_pct,incidence_pct,,15,,,,pct,700,MDD
f,Tablet2030,fluoxetine,oral,,,suicidality_OR_age18_24,odds_ratio,,1.6,,1,2.7,ratio,,MDD
g,Tablet2030,escitalopram,oral,10-20,mg/d,headache_pct,incidence_pct_upper_bound,,15,,,,pct,700,MDD
S

has() { # NAME, Python expression over d (the JSON), rows, groups
  python3 - "$2" out.json <<'PY' && ok "$1" || not_ok "$1" "$(head -c 3000 out.json)"
import json, sys
d = json.load(open(sys.argv[2])); rows = d["rows"]; groups = d["groups"]
why = {(r["arm"], r["endpoint"], r["metric"], r["time_h"], r["observed"] is None): r["skipped"] for r in rows}
skip = lambda *k: why[k + (False,) if len(k) == 4 else k] or ""
sys.exit(0 if eval(sys.argv[1]) else 1)
PY
}

expect "a folder of one's own" 0 "repeated_and_intranasal|single_dose" "$onset" validate --evidence mine --only efficacy --json out.json -n 80
has "only its rows are scored" 'len(rows) == 15 and {r["study"] for r in rows} == {"Own2030", "Blank2031", "Nowhere2032"}'
has "six are used" 'sum(r["skipped"] is None for r in rows) == 6'
has "a trial with blanks is simulated" 'skip("placebo", "MADRS", "remission_pct", 1008.0) == ""'
has "an unknown drug is named" '"wonderdrug" in skip("unknown", "MADRS", "mean_change", 24.0)'
has "ECT has its reason" '"electroconvulsive" in skip("shock", "MADRS", "mean_change", 24.0)'
has "an unknown scale is named" '"MOOD" in skip("active", "MOOD", "mean_change", 24.0)'
has "an unknown metric is named" '"odds" in skip("active", "MADRS", "odds", 24.0)'
has "a change without a time is that of the day after a single dose" '[r["time_h"] for r in rows if r["observed"] == -3 and r["arm"] == "active" and r["endpoint"] == "MADRS" and not r["skipped"]] == [24.0]'
has "a score without a time could be that at entry" '"without a time" in [r["skipped"] for r in rows if r["observed"] == 30][0]'
has "no value" '"value" in skip("active", "MADRS", "mean_change", 24.0, True)'
has "no such arm" '"arm" in skip("nobody", "MADRS", "mean_change", 24.0)'
has "the value at entry is an input" '"input" in skip("active", "MADRS", "mean", 0.0)'
has "a ketamine arm is predicted to fall" '[r["predicted"] for r in rows if r["arm"] == "active" and r["metric"] == "mean_change" and not r["skipped"]][0] < -8'
has "intervals are nested" 'all(r["low90"] <= r["low50"] <= r["predicted"] <= r["high50"] <= r["high90"] for r in rows if not r["skipped"])'
has "the groups are those of the report" 'groups[0]["group"] == "efficacy" and groups[0]["class"] == "overall" and {g["rows"] for g in groups} == {"seen", "all"} and set(groups[0]["rivals"]) == {"pooled_mean", "emax_time"}'
has "the rivals predict them too" 'all(r["pooled_mean"]["predicted"] is not None and r["emax_time"]["predicted"] is not None for r in rows if not r["skipped"])'
cp out.json first.json
expect "the number of threads changes nothing" 0 "" "$onset" validate --evidence mine --only efficacy --json out.json -n 80 -j 1
cmp -s first.json out.json && ok "to the byte" || not_ok "to the byte" "$(diff first.json out.json | head)"

# Words that are in no table of the library, or in several.
mkdir words
cat >words/trials.csv <<'T'
study,design,indication,baseline_scale,baseline_mean
W1,"parallel, 4-week",MDD,MADRS,31
W2,randomised withdrawal after 12 weeks,TRD,MADRS,36
W3,network meta-analysis,MDD,,
W4,open label repeated,TRD,HAM-D 17,24
T
cat >words/arms.csv <<'A'
study,arm,drug,route,dose,dose_unit,infusion_min,doses_per_week,n_doses,co_treatment,n
W1,spray,esketamine nasal spray,IN,56 or 84,mg,,2,8,new SSRI or SNRI,50
W1,dummy,placebo spray,intranasal,,,,2,8,new SSRI or SNRI,50
W1,either,escitalopram 10 or wonderdrug or sertraline,,,,,,,,50
W1,both,sertraline+wonderdrug,oral,100,mg/day,,7,28,,50
W1,talk,placebo,,,,,,,CBT,50
W2,go on,esketamine,intranasal,56-84,mg,,1,,same oral antidepressant,80
W2,stop,placebo spray,intranasal,,,,1,,same oral antidepressant,80
W3,sert,sertraline,,,,,,,,
W3,dulo,duloxetine,,,,,,,,
W4,all,ketamine hydrochloride,iv,0.5,mg/kg,,,,,20
A
cat >words/outcomes.csv <<'O'
key,study,arm,scale,metric,time_h,value,ci_low,ci_high,n
a,W1,spray,MADRS,response_pct,,55,,,
b,W1,spray,madrs,ls_mean_diff_vs_control,672,-4,,,
c,W1,either,HAM-D 17,mean_change,672,-11,,,
d,W1,both,MADRS,mean_change,672,-11,,,
e,W1,talk,MADRS,mean_change,672,-11,,,
f,W1,spray,,dropout_pct,,12,,,
g,W1,spray,MADRS,effect_size_smd,672,0.3,,,
h,W1,spray,MADRS,effect_size_smd,672,-0.3,,,
i,W1,dummy,MADRS,response_pct,672,40,,,
j,W2,stop,MADRS,relapse_pct,2184,50,,,
k,W2,go on,MADRS,relapse_pct,2184,25,,,
l,W2,go on,,hazard_ratio,2184,0.4,0.2,0.8,
m,W2,stop,,hazard_ratio,2184,2.5,1.2,5,
n,W2,stop,MADRS,median_days_to_relapse,,180,,,
o,W3,sert,depression_scale,odds_ratio_response_vs_placebo,,1.7,1.5,1.9,
p,W3,sert,depression_scale,risk_ratio_response_vs_placebo,,1.3,,,400
q,W3,sert,depression_scale,response_pct_diff_vs_placebo,,12,,,400
r,W4,all,HAMD-17,response_pct,,70,,,
s,W4,all,HAMD-17,effect_size_smd,,2,,,
t,W4,all,relapse,median_days_to_relapse,,18,,,
u,W1,spray,MADRS,effect_size_vs_baseline,672,1.5,,,
O
expect "other words" 0 "" "$onset" validate --evidence words --only efficacy --json out.json -n 80
cp out.json words.json
has "only what is not modelled is skipped" '{r["key"] for r in rows if r["skipped"]} == {"d"}'
has "the drug of a pair that is not known is named" '"wonderdrug" in [r["skipped"] for r in rows if r["key"] == "d"][0]'
val() { has "$1" "(lambda p: $2)({r[\"key\"]: r for r in rows})"; }
val "end of treatment: eight doses in four weeks" 'p["a"]["time_h"] == 672'
val "end of treatment: six infusions in two weeks and a day" 'p["r"]["time_h"] == 304'
val "an effect size has the sign of its row" 'abs(p["g"]["predicted"] + p["h"]["predicted"]) < 1e-9 and p["g"]["predicted"] > 0'
val "against entry, whatever other arms there are" 'p["u"]["predicted"] > 2 * p["g"]["predicted"]'
val "more relapse where treatment stops" 'p["j"]["predicted"] > p["k"]["predicted"]'
val "a hazard ratio turns over with its arm" 'abs(p["l"]["predicted"] * p["m"]["predicted"] - 1) < 1e-6 and p["l"]["predicted"] < 1'
val "after weeks with an antidepressant relapse is slower than after infusions alone" 'p["n"]["predicted"] > 2 * p["t"]["predicted"]'
val "ratios and differences against a placebo arm that the trial lacks" '1 < p["p"]["predicted"] < p["o"]["predicted"] and p["q"]["predicted"] > 0'

# A unit is read as it is written, or not at all; a column that is needed is named.
mkdir units && cp words/*.csv units/ && sed -i 's#,0.5,mg/kg,#,0.5,mg per kg,#' units/arms.csv
expect "mg per kg" 0 "" "$onset" validate --evidence units --only efficacy --json out.json -n 80
has "it is mg/kg" '[r["predicted"] for r in rows if r["key"] == "r"] == [r["predicted"] for r in json.load(open("words.json"))["rows"] if r["key"] == "r"]'
sed -i 's#,0.5,mg per kg,#,0.75,mg/kg/h,#' units/arms.csv
expect "a dose by the hour, for nobody knows how long" 0 "a rate of infusion without 'infusion_min'" "$onset" validate --evidence units --only efficacy -n 80
sed -i 's#,0.75,mg/kg/h,,#,0.0125,mg/kg/min,40,#' units/arms.csv
expect "a dose by the minute" 0 "" "$onset" validate --evidence units --only efficacy --json out.json -n 80
has "0.0125 mg/kg/min over 40 min is 0.5 mg/kg" '[r["predicted"] for r in rows if r["key"] == "r"] == [r["predicted"] for r in json.load(open("words.json"))["rows"] if r["key"] == "r"]'
sed -i 's#,0.0125,mg/kg/min,40,#,0.5,mg/lb,,#' units/arms.csv
expect "a unit that is not known" 0 "a dose of 0.5 in 'mg/lb' has no counterpart" "$onset" validate --evidence units --only efficacy -n 80
sed -i '1s/time_h/hours/' units/outcomes.csv
expect "a column that is missing" 1 "outcomes.csv' has no column 'time_h'" "$onset" validate --evidence units --only efficacy -n 80

# Closed forms: a library of one model whose hazard of relapse is a + b x level, of doses that each leave an area of 1.
mkdir -p tiny/models tiny/evidence closed
cp -r "$project/library/validation" tiny/validation
cp "$project"/library/evidence/*.csv tiny/evidence/
sed -i 's/^\(covariate,[^,]*\),[^,]*/\1,0/; s/^\(parameter,[^,]*\),[^,]*/\1,0/' tiny/validation/uncertainty.csv
sed -i '2,$s/^\([^,]*,[^,]*\),[^,]*/\1,0/' tiny/validation/spreads.csv
printf 'group,model\nefficacy,tiny\n' >tiny/validation/models.csv
printf 'table,column,contains,line,source\narms,drug,never,expectancy = 1,\n' >tiny/validation/settings.csv
cat >tiny/models/tiny.onset <<'M'
model tiny "One hazard"
use hazards
M
cat >tiny/hazards.onset <<'M'
module hazards "Relapse and dropout at known rates"
covariate madrs_baseline [1] = 30 in 0..60
state level = 0 [mg]
state given = 0 [mg]
state relapses = 0 [1]
state leaves   = 0 [1]
d/dt(level)    = -level * 1 [1/h]
d/dt(given)    = level * 1 [1/h]
d/dt(relapses) = 0.0002 [1/h] + 0.001 * level / 1 [mg] * 1 [1/h]
d/dt(leaves)   = 0.0005 [1/h]
output madrs              = madrs_baseline * (if given > 0.5 [mg] then 0.4 else 1) [1] "score"
output relapse_cumulative = relapses "hazard"
output dropout_cumulative = leaves   "hazard"
route sertraline oral into level "all at once"
M
printf 'study,design,indication,baseline_scale,baseline_mean\nC,randomised withdrawal after 2 weeks,MDD,MADRS,30\nD,parallel,MDD,MADRS,30\n' >closed/trials.csv
cat >closed/arms.csv <<'A'
study,arm,drug,route,dose,dose_unit,doses_per_week,n
C,go on,sertraline,oral,1,mg/day,7,1000
C,stop,placebo,oral,,,7,1000
D,drug,sertraline,oral,1,mg/day,7,1000
A
cat >closed/outcomes.csv <<'O'
key,study,arm,scale,metric,time_h,value,n
stop,C,stop,MADRS,relapse_pct,2184,30,1000
on,C,go on,MADRS,relapse_pct,2184,30,1000
hr,C,go on,,hazard_ratio,2184,1,
or,C,go on,,odds_ratio_relapse_vs_placebo,2184,1,
days,C,stop,,median_days_to_relapse,,100,
left,D,drug,,dropout_pct,1000,30,1000
none,D,drug,MADRS,odds_ratio_remission_vs_placebo,168,1,
diff,D,drug,MADRS,response_pct_diff_vs_placebo,168,1,
O
expect "a library of one model" 0 "" env ONSET_LIBRARY="$PWD/tiny" "$onset" validate --evidence closed --only efficacy --json out.json -n 200
near() { val "$1" "abs(p[\"$2\"][\"predicted\"] - ($3)) < $4"; }
near "relapse after stopping: 1 - exp(-a t) from the end of the lead-in" stop '100 * (1 - 2.718281828 ** (-0.0002 * 2184))' 0.3
near "relapse on the drug: 91 doses more" on '100 * (1 - 2.718281828 ** (-0.0002 * 2184 - 0.091))' 0.3
near "hazard ratio" hr '(0.0002 * 2184 + 0.091) / (0.0002 * 2184)' 0.005
near "odds ratio" or '(2.718281828 ** (0.0002 * 2184 + 0.091) - 1) / (2.718281828 ** (0.0002 * 2184) - 1)' 0.01
near "median days: log 2 / a" days '0.6931472 / 0.0002 / 24' 0.5
near "dropout" left '100 * (1 - 2.718281828 ** -0.5)' 0.3
near "all respond on the drug, none on the placebo arm that is added" diff 100 0.5
# Relapse by the score: it is back at a time whose logarithm is normal between patients, so the share of those well at day 1 is known.
mkdir -p back && cp -r tiny back/lib
cat >back/lib/hazards.onset <<'M'
module hazards "Back at a random time"
covariate madrs_baseline [1] = 30 in 0..60
param back_after = 4 [d] iiv 80% in 0.01..1000 assumed "a test"
state given = 0 [mg]
d/dt(given) = 0 [mg/h]
output madrs = madrs_baseline * (if time > back_after or given < 0.5 [mg] then 1 else 0.4) [1] "score"
route ketamine iv into given "all at once"
M
printf 'study,design,indication,baseline_scale,baseline_mean,baseline_sd,n_total\nB,open,MDD,MADRS,30,1,1000\n' >back/trials.csv
printf 'study,arm,drug,route,dose,dose_unit,n_doses,n\nB,all,ketamine,iv,1,mg,1,1000\n' >back/arms.csv
cat >back/outcomes.csv <<'O'
key,study,arm,scale,metric,time_h,value,n,source
well,B,all,MADRS,response_pct,24,90,1000,
score,B,all,MADRS,relapse_pct,168,70,1000,relapse = MADRS>=22
part,B,all,MADRS,relapse_pct,168,70,1000,relapse = less than 25 % improvement
later,B,all,MADRS,relapse_pct,336,90,1000,relapse = MADRS>=22
O
expect "relapse by the score" 0 "" env ONSET_LIBRARY="$PWD/back/lib" "$onset" validate --evidence back --only efficacy --json out.json -n 2000
normal() { echo "(0.5 * (1 + __import__('math').erf(__import__('math').log($1 / 4) / __import__('math').log(1 + 0.8 ** 2) ** 0.5 / 2 ** 0.5)))"; }
near "well at day 1" well "100 * (1 - $(normal 1))" 2
near "back by day 7, of those well at day 1" score "100 * ($(normal 7) - $(normal 1)) / (1 - $(normal 1))" 2
near "by part of the score at entry" part "100 * ($(normal 7) - $(normal 1)) / (1 - $(normal 1))" 2
near "back by day 14" later "100 * ($(normal 14) - $(normal 1)) / (1 - $(normal 1))" 2

cp out.json narrow.json && printf 'pct single_dose,,20,,,,a test\n' >>back/lib/validation/spreads.csv
expect "a spread of one class" 0 "" env ONSET_LIBRARY="$PWD/back/lib" "$onset" validate --evidence back --only efficacy --json out.json -n 2000
has "it widens its rows" 'all(a["high90"] - a["low90"] > 2 * (b["high90"] - b["low90"]) for a, b in zip(rows, json.load(open("narrow.json"))["rows"]) if a["key"] == "part")'

has "the spread of a row is said" '{(r["spread"], r["between_sd"]) for r in rows if r["key"] == "part"} == {("pct single_dose", 20)}'
sed -i 's/^pct single_dose,,20,,,,/pct single_dose,,10,,,2,/' back/lib/validation/spreads.csv && cp out.json wide.json
expect "half the spread, twice as much for trials that were not fitted" 0 "" env ONSET_LIBRARY="$PWD/back/lib" "$onset" validate --evidence back --only efficacy --json out.json -n 2000
has "the same intervals" 'all(a.get("high90") == b.get("high90") for a, b in zip(rows, json.load(open("wide.json"))["rows"]) if a["key"] == "part")'

# What counts as remission: 11.6 on the drug is at most 12 and above 10. Who was taken for a response: one in three has it.
mkdir -p limits && cp -r tiny limits/lib
cat >limits/lib/hazards.onset <<'M'
module hazards "A score that the drug brings to 11.6 where it works"
covariate madrs_baseline [1] = 29 in 0..60
param works = 0 [1] iiv normal 1 [1] assumed "a test"
state given = 0 [mg]
d/dt(given) = 0 [mg/h]
output madrs = if given > 0.5 [mg] and works > 0.43073 then 11.6 else madrs_baseline [1] "score"
route ketamine iv into given "all at once"
route ketamine nasal into given "all at once"
M
cat >limits/trials.csv <<'T'
study,design,population,indication,baseline_scale,baseline_mean,baseline_sd,n_total,remission
Usual,open,out-patients,MDD,MADRS,29,1,1000,
Wide,open,out-patients,MDD,MADRS,29,1,1000,HAMD17 <= 7; MADRS <= 12
Strict,open,out-patients,MDD,MADRS,29,1,1000,MADRS < 12
Row,open,out-patients,MDD,MADRS,29,1,1000,MADRS <= 10
Spray,open,out-patients,MDD,MADRS,29,1,1000,
Chosen,open,responders to a single dose before,MDD,MADRS,29,1,1000,
Refused,open,non-responders to a single dose,MDD,MADRS,29,1,1000,
Other,open,out-patients,MDD,MADRS,29,1,1000,HAMD17 <= 7
Unclear,open,out-patients,MDD,MADRS,29,1,1000,MADRS twelve
T
printf 'study,arm,drug,route,dose,dose_unit,doses_per_week,n_doses,n\n' >limits/arms.csv
printf 'key,study,arm,scale,metric,time_h,value,n,source\n' >limits/outcomes.csv
for study in Usual Wide Strict Row Spray Chosen Refused Other Unclear; do
  route=iv source= && [ $study = Spray ] && route=nasal
  [ $study = Row ] && source="MADRS 12 or lower; somewhere"
  printf '%s,all,ketamine,%s,1,mg,3,3,1000\n' $study $route >>limits/arms.csv
  printf '%s,%s,all,MADRS,remission_pct,24,30,1000,%s\n%s response,%s,all,MADRS,response_pct,24,30,1000,\n' $study $study "$source" $study $study >>limits/outcomes.csv
done
expect "limits of remission" 0 "" env ONSET_LIBRARY="$PWD/limits/lib" "$onset" validate --evidence limits --only efficacy --json out.json -n 3000
near "one in three responds" "Usual response" 33.33 3
near "the scale's own limit" Usual 0 0.01
near "the trial's, of several scales" Wide 33.33 3
near "lower than is lower by one" Strict 0 0.01
near "the row's own words come first" Row 33.33 3
near "a spray's" Spray 33.33 3
near "another scale says nothing of this one" Other 0 0.01
val "a limit that cannot be read" '"MADRS twelve" in p["Unclear"]["skipped"] and "MADRS <= 12" in p["Unclear"]["skipped"] and not p["Unclear response"]["skipped"]'
near "all of those who were taken for it respond" "Chosen response" 100 0.01
near "and none of those who were taken for not doing so" "Refused response" 0 0.01

# Patients who leave, at a constant hazard, from a score that falls by 6 a week from 40: a share counts them with their last visit, a mean too but
# without those who left before the first one; what a mixed model gives is read as if all had stayed.
mkdir -p leave && cp -r tiny leave/lib
cat >leave/lib/hazards.onset <<'M'
module hazards "A score that falls while patients leave"
covariate madrs_baseline [1] = 30 in 0..60
state given = 0 [mg]
d/dt(given) = 0 [mg/h]
output madrs = 40 - 6 * time / 168 [h] in 0..60 "score"
output dropout_cumulative = 0.0005 [1/h] * time "left so far"
route ketamine iv into given "all at once"
M
printf 'study,design,indication,baseline_scale,baseline_mean,baseline_sd,n_total\nL,open,MDD,MADRS,40,1,1000\n' >leave/trials.csv
printf 'study,arm,drug,route,dose,dose_unit,n_doses,n\nL,all,ketamine,iv,1,mg,1,1000\n' >leave/arms.csv
cat >leave/outcomes.csv <<'O'
key,study,arm,scale,metric,time_h,value,n
end,L,all,MADRS,mean,672,20,1000
change,L,all,MADRS,mean_change,672,-20,1000
modelled,L,all,MADRS,ls_mean_change,672,-24,1000
responded,L,all,MADRS,response_pct,672,70,1000
first,L,all,MADRS,mean,168,34,1000
left,L,all,,dropout_pct,672,30,1000
O
printf 'words,L,all,MADRS,mean,672,about 20,1000\nweeks,L,all,MADRS,mean,week 4,20,1000\n' >>leave/outcomes.csv
expect "patients who leave" 0 "" env ONSET_LIBRARY="$PWD/leave/lib" "$onset" validate --evidence leave --only efficacy --json out.json -n 200
q='2.718281828 ** (-0.0005 * 168)'
end="((1 - $q) * (34 + 28 * $q + 22 * ($q) ** 2) + 16 * ($q) ** 3)"
near "a mean carries the last visit forward" end "$end" 0.01
near "so does a change" change "$end - 40" 0.01
near "a mixed model's mean is of all as if they had stayed" modelled -24 0.01
near "who left has not responded" responded "100 * ($q) ** 4" 0.3
near "at the first visit only those are seen who came" first 34 0.01
val "a value in words" '"about 20" in p["words"]["skipped"] and "value" in p["words"]["skipped"]'
val "a time in words" '"week 4" in p["weeks"]["skipped"] and "time_h" in p["weeks"]["skipped"]'
near "and the share that left" left "100 * (1 - ($q) ** 4)" 0.3

# Scores at entry: the scores of the tiny library are those at entry for good, so a mean on any day says where the trial started.
mkdir entry
printf 'trials,study,,"item10_baseline ~ normal(2, 0.1) in 0..6",\n' >>tiny/validation/settings.csv
sed -i 's/^covariate madrs_baseline.*/&\ncovariate item10_baseline [1] = 1 in 0..6\noutput item10 = item10_baseline in 0..6/' tiny/hazards.onset
cat >entry/trials.csv <<'T'
study,design,indication,baseline_scale,baseline_mean,baseline_sd
Rows,parallel,MDD,MADRS,30,5
Link,parallel,MDD,MADRS,30,5
Told,parallel,MDD,MADRS_item10,3,0.5
None,parallel,MDD,MADRS,30,5
Later,randomised withdrawal after 2 weeks,MDD,MADRS,30,5
T
printf 'study,arm,drug,route,dose,dose_unit,doses_per_week,n\n' >entry/arms.csv
for study in Rows Link Told None Later; do
  printf '%s,drug,sertraline,oral,1,mg/day,7,30\n%s,placebo,placebo,oral,,,7,10\n' $study $study >>entry/arms.csv
done
cat >entry/outcomes.csv <<'O'
key,study,arm,scale,metric,time_h,value,sd,n
r1,Rows,drug,MADRS_item10,mean,0,4,0.1,
r2,Rows,placebo,MADRS_item10,mean,0,3,0.3,
r3,Rows,drug,C-SSRS_SI,mean,0,1,1,
rows,Rows,drug,MADRS_item10,mean,24,3,0.1,30
l1,Link,drug,C-SSRS_SI,mean,0,2.5,0.1,
link,Link,drug,MADRS_item10,mean,24,3,0.1,30
t1,Told,drug,MADRS_item10,mean,0,5,0.1,
told,Told,drug,MADRS_item10,mean,24,3,0.1,30
none,None,drug,MADRS_item10,mean,24,3,0.1,30
a1,Later,drug,MADRS_item10,mean,0,5,0.1,
later,Later,drug,MADRS_item10,mean,24,3,0.1,30
O
expect "scores at entry" 0 "" env ONSET_LIBRARY="$PWD/tiny" "$onset" validate --evidence entry --only efficacy --json out.json -n 2000
near "rows at time 0: each arm by its patients, the scale of the covariate itself" rows '(30 * 4 + 10 * 3) / 40' 0.02
val "with the pooled SD" 'abs((p["rows"]["high90"] - p["rows"]["low90"]) / (2 * 1.645 * (0.03 / 30) ** 0.5) - 1) < 0.15'
near "another scale by its link" link '1.2 * 2.5' 0.02
near "trials.csv comes first" told 3 0.05
near "nothing published: the line of the settings" none 2 0.02
near "time 0 after a lead-in is no entry" later 2 0.02
# The least score that a trial takes says where its mean is at entry, by the line through trials that say both.
mkdir least
cat >least/trials.csv <<'T'
study,population,indication,baseline_scale,baseline_mean,baseline_sd
Hamilton,MDD; entry HAMD17>=18,MDD,HAMD17,,
Words,"out-patients, MADRS of at least 30",MDD,,,
Above,TRD MADRS > 25,TRD,MADRS,,
Item,MDD with MADRS item 10 >= 4,MDD,MADRS,,
Part,non-responders (MADRS > 50 % of entry),MDD,MADRS,,
Stated,MDD; entry HAMD17>=24,MDD,MADRS,31,5
T
printf 'study,arm,drug,route,dose,dose_unit,doses_per_week,n\n' >least/arms.csv
printf 'key,study,arm,scale,metric,time_h,value,sd,n\n' >least/outcomes.csv
for study in Hamilton Words Above Item Part Stated; do
  printf '%s,placebo,placebo,oral,,,7,10\n' $study >>least/arms.csv
  printf '%s,%s,placebo,MADRS,mean,24,30,5,30\n' $study $study >>least/outcomes.csv
done
expect "least scores at entry" 0 "" env ONSET_LIBRARY="$PWD/tiny" "$onset" validate --evidence least --only efficacy --json out.json -n 2000 --studies virtual
[ "$(ls virtual | tr '\n' ' ')" = "Above.onset Hamilton.onset Item.onset Part.onset Stated.onset Words.onset " ] && grep -q "normal(28.684" virtual/Hamilton.onset && ok "each virtual trial as a study" || not_ok "each virtual trial as a study" "$(ls virtual; cat virtual/Hamilton.onset)"
expect "which can be run" 0 "" env ONSET_LIBRARY="$PWD/tiny" "$onset" run virtual/Hamilton.onset -n 20 -o virtual/run
expect "a folder that cannot be made" 3 "/nowhere/virtual" env ONSET_LIBRARY="$PWD/tiny" "$onset" validate --evidence least --only efficacy -n 80 --studies /nowhere/virtual
near "on another scale, by its link" Hamilton '10.2 + 0.79 * 1.3 * 18' 0.1
near "in words" Words '10.2 + 0.79 * 30' 0.1
near "of an indication whose usual mean is higher" Above '33 + 0.79 * (26 - 23.8)' 0.1
near "an item is not the scale" Item 29 0.1
near "a percentage is no score" Part 29 0.1
near "a mean that is stated comes first" Stated 31 0.1
# The size of a trial reaches the model: as stated, else the sum of the arms, else the default.
mkdir size
printf 'trials,study,,trial_size = {trial_size},\n' >>tiny/validation/settings.csv
sed -i 's/^covariate item10_baseline.*/&\ncovariate trial_size [1] = 1 in 1..1000000/; s/^output item10 .*/output item10 = trial_size \/ 100 in 0..6/' tiny/hazards.onset
printf 'study,indication,baseline_scale,baseline_mean,n_total\nStated,MDD,MADRS,30,300\nArms,MDD,MADRS,30,\nNone,MDD,MADRS,30,\n' >size/trials.csv
printf 'study,arm,drug,route,dose,dose_unit,doses_per_week,n\n' >size/arms.csv
printf 'key,study,arm,scale,metric,time_h,value,sd,n\n' >size/outcomes.csv
for study in Stated Arms None; do
  n=40 && [ $study = None ] && n=
  printf '%s,drug,sertraline,oral,1,mg/day,7,%s\n%s,placebo,placebo,oral,,,7,%s\n' $study "$n" $study "$n" >>size/arms.csv
  printf '%s,%s,drug,MADRS_item10,mean,24,1,1,30\n' $study $study >>size/outcomes.csv
done
expect "sizes of trials" 0 "" env ONSET_LIBRARY="$PWD/tiny" "$onset" validate --evidence size --only efficacy --json out.json -n 200
near "as stated" Stated 3 1e-9
near "the sum of the arms" Arms 0.8 1e-9
near "the default" None 0.6 1e-9
sed -i '2s/calibrated/hoped/' tiny/validation/uncertainty.csv
expect "an uncertainty of nothing" 1 "uncertainty.csv' line 2: 'parameter' 'hoped' means nothing" env ONSET_LIBRARY="$PWD/tiny" "$onset" validate --evidence closed -n 40

expect "a folder with some of the tables, twice" 0 "hair_loss" "$onset" validate --evidence partial --evidence partial --json out.json -n 80 --markdown page.md
has "safety and exposure rows" '[r["group"] for r in rows] == ["safety", "safety", "pk", "pk"] * 2 and sum(r["skipped"] is None for r in rows) == 4'
has "exposure has fold errors" '[g for g in groups if g["group"] == "pk"][0]["average_fold_error"] < 1.5'
grep -q "^# Validation" page.md && grep -q "hair_loss" page.md && ok "the page" || not_ok "the page" "$(head page.md)"

expect "a page of charts" 0 "" "$onset" validate --evidence partial --only pk --report page.html -n 80
grep -q "<title>Predictions against published trials</title>" page.html && grep -q '"key":"line 2"' page.html && ok "it holds the rows" || not_ok "it holds the rows" "$(tail -c 2000 page.html)"
expect "a page that cannot be written" 3 "/nowhere/page.html" "$onset" validate --evidence partial --only pk --report /nowhere/page.html -n 80

expect "courses of a spray and of a tablet" 0 "" "$onset" validate --evidence harm --json out.json
has "all but the bound are used" '[bool(r["skipped"]) for r in rows] == [False] * 6 + [True] and "upper_bound" in rows[6]["skipped"]'
has "four weeks of a spray do more than none and more than the first week" '(lambda p: p["a"] > 1.5 * p["b"] and p["a"] > 1.3 * p["c"] > 0)({r["key"]: r.get("predicted") for r in rows})'
has "pressure peaks within 10 minutes of the label" '30 <= {r["key"]: r.get("predicted") for r in rows}["d"] <= 50'
has "a ratio is one of odds" '1.2 < {r["key"]: r.get("predicted") for r in rows}["f"] < 2.1'

expect "a folder without tables" 1 "holds none of" "$onset" validate --evidence empty
expect "no such group" 2 "efficacy, safety or pk" "$onset" validate --only hope
sed -i '2s/$/,extra/' mine/trials.csv
expect "a row too long is an error with its line" 1 "trials.csv.*2" "$onset" validate --evidence mine --only efficacy

# The same trials in the words of two other hands: what is predicted is the same, row by row.
for hand in plain odd; do mkdir words_$hand; done
cat >words_plain/trials.csv <<'T'
study,indication,baseline_scale,baseline_mean,baseline_sd,n_total
Spray2030,TRD,MADRS,37,6,200
Single2031,bipolar_depression,MADRS,33,5,40
T
sed 's/TRD/treatment-resistant depression/; s/bipolar_depression/bipolar disorder/' words_plain/trials.csv >words_odd/trials.csv
cat >words_plain/arms.csv <<'A'
study,arm,drug,route,dose,dose_unit,infusion_min,doses_per_week,n_doses,co_treatment,n
Spray2030,a,esketamine,nasal,84,mg,,2,8,new oral antidepressant,100
Spray2030,b,placebo,nasal,,,,2,8,new oral antidepressant,100
Single2031,a,ketamine,iv,0.5,mg/kg,40,,1,ongoing lithium,20
Single2031,b,saline,iv,,,40,,1,ongoing lithium,20
A
cat >words_odd/arms.csv <<'A'
study,arm,drug,route,dose,dose_unit,infusion_min,doses_per_week,n_doses,co_treatment,n
Spray2030,a,Spravato,nasal spray,84,mg,,2,8,newly initiated oral antidepressant,100
Spray2030,b,placebo nasal spray,intranasal spray,,,,2,8,newly initiated oral antidepressant,100
Single2031,a,"(R,S)-ketamine",i.v.,0.5,mg/kg,40,,1,ongoing lithium,20
Single2031,b,sodium chloride 0.9%,i.v. infusion,,,40,,1,ongoing lithium,20
A
cat >words_plain/outcomes.csv <<'O'
key,study,arm,scale,metric,time_h,value,n,source
w1,Spray2030,a,MADRS,mean_change,672,-20,100,
w2,Spray2030,b,MADRS,response_pct,672,40,100,
w3,Spray2030,a,HAMD17,mean,672,12,100,
w4,Spray2030,a,MADRS,ls_mean_diff_vs_control,672,-4,,
w5,Single2031,a,MADRS,remission_pct,24,30,20,
w6,Single2031,b,MADRS,response_pct,,20,20,any time in 14 d
w7,Single2031,a,C-SSRS_SI,mean_change,24,-1,20,
w8,Spray2030,a,,dropout_pct,672,10,100,
O
sed 's/MADRS,mean_change/MADRS total,mean change from baseline/; s/MADRS,response_pct/Montgomery-Asberg Depression Rating Scale,responders/; s/HAMD17,mean/HDRS 17-item,end score/; s/ls_mean_diff_vs_control/LS mean difference/; s/remission_pct/remission rate/; s/C-SSRS_SI,mean_change/C-SSRS,change from baseline/; s/dropout_pct/discontinuation rate/' words_plain/outcomes.csv | sed 's/responders,,20,20,any time in 14 d/response_pct,,20,20,any time in 14 d/' >words_odd/outcomes.csv
for hand in plain odd; do expect "trials in $hand words" 0 "efficacy" "$onset" validate --evidence words_$hand --only efficacy --json $hand.json -n 80; done
python3 - <<'PY' && ok "both hands say the same" || not_ok "both hands say the same" "$(head -c 3000 odd.json)"
import json
a, b = (json.load(open(f + ".json"))["rows"] for f in ("plain", "odd"))
assert len(a) == 8 and not any(r["skipped"] for r in a + b), [r["skipped"] for r in a + b]
for x, y in zip(a, b):
    assert all(x[k] == y[k] for k in ("key", "class", "unit", "time_h", "predicted", "low90", "high90")), (x, y)
by = {x["key"]: x for x in b}
assert by["w6"]["time_h"] == 336 and by["w5"]["class"] == "other_indications"
PY

# What the words of a trial set: patients off antidepressants, whose care ends a week after the last dose; an emergency.
mkdir settings
cat >settings/trials.csv <<'T'
study,design,population,indication,baseline_scale,baseline_mean,baseline_sd,n_total
Over2033,parallel double-blind saline,out-patients,TRD,MADRS,33,5,100
Free2033,parallel double-blind saline,drug free out-patients,TRD,MADRS,33,5,100
Clinic2033,parallel double-blind saline,out-patients,suicidal_ideation_MDD,MADRS,33,5,100
Urgent2033,parallel double-blind saline,emergency department,suicidal_ideation_MDD,MADRS,33,5,100
T
echo "study,arm,drug,route,dose,dose_unit,infusion_min,doses_per_week,n_doses,n" >settings/arms.csv
echo "key,study,arm,scale,metric,time_h,value,n" >settings/outcomes.csv
for trial in Over Free Clinic Urgent; do
  echo "${trial}2033,ketamine,ketamine,iv,0.5,mg/kg,40,,1,50" >>settings/arms.csv
  echo "${trial}2033,saline,saline,iv,,,40,,1,50" >>settings/arms.csv
  echo "${trial}24,${trial}2033,ketamine,MADRS,mean_change,24,-15,50" >>settings/outcomes.csv
  echo "${trial}168,${trial}2033,saline,MADRS,mean_change,168,-5,50" >>settings/outcomes.csv
  echo "${trial}1344,${trial}2033,saline,MADRS,mean_change,1344,-5,50" >>settings/outcomes.csv
  echo "${trial}SSI,${trial}2033,saline,SSI,mean_change,168,-5,50" >>settings/outcomes.csv
done
expect "trials whose words set something" 0 "efficacy" "$onset" validate --evidence settings --only efficacy --json out.json -n 600
val "what treatment gave stays with those who go on with theirs and fades in patients off antidepressants" 'p["Over1344"]["predicted"] < p["Over168"]["predicted"] - 1 and p["Free1344"]["predicted"] > p["Free168"]["predicted"] + 1'
val "patients off antidepressants gain something else from the drug" 'abs(p["Free24"]["predicted"] - p["Over24"]["predicted"]) > 1.5 * abs(p["Free168"]["predicted"] - p["Over168"]["predicted"]) + 0.5'
val "ideation falls further in an emergency" 'p["UrgentSSI"]["predicted"] < p["ClinicSSI"]["predicted"] - 0.5'
sed -i 's/^Over2033,ketamine,ketamine/Over2033,ketamine,ketmine/' settings/arms.csv
expect "a misspelt drug, its row and the nearest one" 0 "the drug 'ketmine'; did you mean 'ketamine'. .Over24." "$onset" validate --evidence settings --only efficacy -n 80

finish
