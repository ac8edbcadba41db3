#!/usr/bin/env bash
# The installed tree works by itself: program, library of models, header, pkg-config file, the C example in C and as C++.
# Usage: install.sh ONSET PROJECT
. "$(dirname "$0")/lib.sh"
build=$(dirname "$onset")
unset ONSET_LIBRARY

if ! DESTDIR=$work/root meson install -C "$build" --no-rebuild >install.log 2>&1; then not_ok "meson install" "$(cat install.log)"; finish; exit 1; fi
ok "meson install"
prefix=$work/root$(meson introspect "$build" --buildoptions | python3 -c 'import json,sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"]=="prefix"))')
bin=$prefix/bin/onset pc=$(find "$prefix" -name onset.pc)
libdir=$(dirname "$(dirname "$pc")")
export LD_LIBRARY_PATH=$libdir

expect "the installed program runs" 0 "^onset [0-9]" "$bin" version
expect "it finds its library" 0 "rapid_antidepressant" env ONSET_LIBRARY="$prefix/share/onset/library" "$bin" list
[ -n "$(find "$prefix" -name onset.1)" ] && ok "a manual page" || not_ok "a manual page" "$(find "$prefix" -type f)"
[ -n "$(find "$prefix" -path '*bash-completion*' -name onset)" ] && ok "a completion" || not_ok "a completion" "$(find "$prefix" -type f)"
grep -q 'Libs:.*-lonset' "$pc" && ok "a pkg-config file" || not_ok "a pkg-config file" "$(cat "$pc")"

small_study good.onset
sanitize=
nm -D "$libdir/libonset.so" 2>/dev/null | grep -q __asan && sanitize=-fsanitize=address,undefined
flags=$(PKG_CONFIG_SYSROOT_DIR=$work/root PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --cflags --libs onset)
export ONSET_LIBRARY=$prefix/share/onset/library
for cc in "cc -std=c17" "c++ -x c++ -std=c++17"; do
  if $cc $sanitize -Wall -Wextra -Werror "$project/examples/run_study.c" -x none -o example $flags >cc.log 2>&1; then ok "the C example builds with $cc"
  else not_ok "the C example builds with $cc" "$(cat cc.log)"; fi
  expect "and runs" 0 "dosed" ./example good.onset
done
finish
