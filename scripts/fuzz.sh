# ./dev fuzz

fuzz_usage() {
  cat <<'TEXT'
usage: ./dev fuzz [target] [seconds]

Runs one fuzzer, or every one, for so many seconds (60), starting from tests/fuzz/corpus/<target>. What it finds stays in
build/fuzz/: interesting inputs in found/<target>/, crashing ones in crashes/. A crashing input belongs into the corpus
together with the fix, where ./dev test replays it.
TEXT
}

fuzz_command() {
  local target= seconds=60 argument
  for argument in "$@"; do
    if [[ $argument =~ ^[0-9]+$ ]]; then seconds=$argument; else target=${argument%_fuzz}_fuzz; fi
  done
  [[ -z $target || -f tests/fuzz/$target.cpp ]] || { echo "./dev fuzz: there is no target '$target'" >&2; return 2; }
  ensure_packages "${packages_fuzz[@]}"
  compile_with TESTS fuzz "${target:-fuzzers}"
  mkdir -p build/fuzz/crashes
  local program status=0
  for program in build/fuzz/fuzz/${target:-*_fuzz}; do
    fuzz_one "$(basename "$program")" "$seconds" || status=1
  done
  return "$status"
}

# fuzz_one <target> <seconds>
fuzz_one() {
  local found=build/fuzz/found/$1 corpus=tests/fuzz/corpus/$1
  mkdir -p "$found"
  echo "== $1 for $2 s"
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 "build/fuzz/fuzz/$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 \
    -max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix=build/fuzz/crashes/ "$found" $([[ -d $corpus ]] && echo "$corpus")
}
