# Shared by the tests of the program: TAP output, a fresh folder, a small study. Sourced; usage of the test: TEST ONSET PROJECT
onset=$(realpath "$1") project=$(realpath "$2")
export ONSET_LIBRARY=$project/library
work=$(mktemp -d)
export XDG_CACHE_HOME=$work/cache
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
number=0 bad=0

ok() { number=$((number + 1)); echo "ok $number - $1"; }
not_ok() { number=$((number + 1)) bad=$((bad + 1)); echo "not ok $number - $1"; printf '%s\n' "$2" | sed 's/^/# /'; }
finish() { echo "1..$number"; [ "$bad" = 0 ]; }

# expect NAME CODE TEXT COMMAND...: the command exits with CODE and prints TEXT (a regular expression) on standard output or error.
expect() {
  local name=$1 code=$2 text=$3 out got
  shift 3
  out=$("$@" 2>&1 </dev/null); got=$?
  if [ "$got" != "$code" ]; then not_ok "$name" "exit code $got, not $code: $out"
  elif ! grep -qE -- "$text" <<<"$out"; then not_ok "$name" "no '$text' in: $out"
  else ok "$name"; fi
}

# A one-compartment model with a study; $1: file.
small_study() {
  cat >"$1" <<'STUDY'
module one "One compartment"
covariate weight [kg] = 70 "body weight"
param CL = 5 [L/h] iiv 30% in 0.1..100 scale (weight / 70 [kg])^0.75 assumed "a test"
param V  = 50 [L]  iiv 20% assumed "a test"
state central = 0 [mg]
d/dt(central) = -CL / V * central
output conc = central / V [mg/L] error 5% "concentration in plasma"
route drug iv into central

model small "A small model"
use one
headline conc

study small_study "A small study"
use model small
seed 1
population people {
  subjects 20
  weight ~ lognormal(70, 15%) [kg] in 40..150
}
arm dosed "One dose" { dose drug 100 [mg] iv over 1 [h] at 0 [h] }
arm none "No dose" { }
control none
visit 0, 1, 4, 24 [h]
endpoint exposed = conc > 0.1 [mg/L]
STUDY
}
