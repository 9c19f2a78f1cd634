# ./dev fuzz

fuzz_usage() {
  cat <<'TEXT'
usage: ./dev fuzz [target] [N]

Runs one fuzzer, or all of them, for N seconds each (default 60), starting from tests/fuzz/corpus/<target>. What it finds stays
in build/fuzz/: interesting inputs in found/<target>/, crashing ones in crashes/. Add a crashing input to the corpus together
with the fix; ./dev test replays it (tests/fuzz/README.md).
TEXT
}

fuzz_command() {
  local target="" seconds=60 argument
  for argument in "$@"; do
    if [[ $argument =~ ^[0-9]+$ ]]; then seconds=$argument; else target=${argument%_fuzz}_fuzz; fi
  done
  [[ -z $target || -f tests/fuzz/$target.cpp ]] || { echo "./dev fuzz: there is no target '$target'" >&2; return 2; }
  ensure_packages "${packages_fuzz[@]}"
  compile_with TESTS fuzz "${target:-fuzzers}" || return
  mkdir -p build/fuzz/crashes
  local program status=0
  for program in build/fuzz/fuzz/${target:-*_fuzz}; do
    fuzz_one "$(basename "$program")" "$seconds" || status=1
  done
  return "$status"
}

# fuzz_one <target> <seconds>
fuzz_one() {
  local corpora=("build/fuzz/found/$1")
  mkdir -p "${corpora[0]}"
  [[ ! -d tests/fuzz/corpus/$1 ]] || corpora+=("tests/fuzz/corpus/$1")
  echo "== $1 for $2 s"
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 "build/fuzz/fuzz/$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 \
    -max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix=build/fuzz/crashes/ "${corpora[@]}"
}
