# ./dev test

source scripts/postgres_cluster.sh

test_usage() {
  cat <<'TEXT'
usage: ./dev test [--quick] [--only BUILD] [filter...]

Runs, against a PostgreSQL cluster of its own: the unit and contract tests and the fuzzers' corpora, the architecture rules, and
the integration and end-to-end tests of the real program; then builds everything with AddressSanitizer and UBSan, and with
ThreadSanitizer, and runs unit, contract, corpus and integration tests again in each.

  --quick       only the release build
  --only BUILD  only this build: release, asan or tsan
  filter...     only the test programs, and the Python tests, whose name has one of these words

The last line is 'N passed, N failed'; the exit code is 0 when nothing failed. Reports in JUnit's form: build/test-results/.
TEXT
}

test_filters=()
test_results=

test_command() {
  local builds=(release asan tsan)
  while [[ $# -gt 0 ]]; do
    case $1 in
      --quick) builds=(release) ;;
      --only)
        [[ ${2:-} =~ ^(release|asan|tsan)$ ]] || { echo "./dev test: --only takes release, asan or tsan" >&2; return 2; }
        builds=("$2")
        shift
        ;;
      -*) echo "./dev test: there is no option '$1'" >&2; test_usage >&2; return 2 ;;
      *) test_filters+=("$1") ;;
    esac
    shift
  done
  ensure_packages "${packages_test[@]}"
  test_results=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-results.XXXXXX")
  export PYTHONDONTWRITEBYTECODE=1
  trap end_test EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  if section "start PostgreSQL" start_postgres fsync=off full_page_writes=off synchronous_commit=off; then
    local build
    for build in "${builds[@]}"; do test_build "$build"; done
  fi
  /usr/bin/python3 scripts/test_totals.py "$test_results"
}

end_test() {
  stop_postgres
  rm -rf build/test-results
  mv "$test_results" build/test-results
}

# section <title> <command>...: runs it, says how long it took, and remembers a failure that no report will show.
section() {
  local title=$1 started=$SECONDS
  shift
  echo "== $title"
  if "$@" </dev/null; then
    echo "== $title: done in $((SECONDS - started)) s"
  else
    echo "== $title: FAILED after $((SECONDS - started)) s"
    printf '%s\n' "$title" >>"$test_results/failed-sections.txt"
    return 1
  fi
}

# test_build <preset>: everything that preset's program must pass. Its sections go on after a failure, but not without a build.
test_build() {
  local preset=$1
  section "build $preset" compile_with TESTS "$preset" all || return 0
  section "$preset: unit, contract, corpora" run_ctest "$preset" || true
  if [[ $preset == release ]]; then
    section "architecture" run_pytest "$preset" architecture || true
    section "compare" run_pytest "$preset" compare || true
    section "$preset: integration" run_pytest "$preset" integration || true
    section "$preset: end to end" run_pytest "$preset" e2e || true
  else
    section "$preset: integration" run_pytest "$preset" integration || true
  fi
}

# sanitizer_environment <preset> <command>...
sanitizer_environment() {
  local preset=$1
  shift
  case $preset in
    asan)
      ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1 \
        UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
        ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-19 || true) GATEHOUSE_SANITIZER=asan "$@"
      ;;
    tsan)
      # Some kernels place memory where ThreadSanitizer has its shadow; without address randomisation none does.
      local unrandomised=()
      if setarch -R true 2>/dev/null; then unrandomised=(setarch -R); fi
      TSAN_OPTIONS=second_deadlock_stack=1:halt_on_error=1:suppressions=$PWD/tests/support/tsan_suppressions.txt \
        TSAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-19 || true) GATEHOUSE_SANITIZER=tsan "${unrandomised[@]}" "$@"
      ;;
    *) "$@" ;;
  esac
}

# A report of every single test goes to build/test-results/<preset>/: one file a program by GoogleTest, one for all by ctest.
run_ctest() {
  local preset=$1 results=$test_results/$1 selection=()
  mkdir -p "$results/gtest"
  [[ ${#test_filters[@]} -eq 0 ]] || selection=(-R "$(IFS='|'; echo "${test_filters[*]}")")
  GTEST_OUTPUT="xml:$results/gtest/" sanitizer_environment "$preset" \
    ctest --test-dir "build/$preset" --output-on-failure --timeout 900 -j "$(nproc)" --output-junit "$results/ctest.xml" \
    "${selection[@]}"
}

run_pytest() {
  local preset=$1 folder=$2 selection=() status=0
  [[ -d tests/$folder ]] || return 0
  [[ ${#test_filters[@]} -eq 0 ]] || selection=(-k "$(printf ' or %s' "${test_filters[@]}" | cut -c 5-)")
  mkdir -p "$test_results/$preset"
  GATEHOUSE_BINARY=$PWD/build/$preset/gatehouse sanitizer_environment "$preset" \
    /usr/bin/python3 -m pytest -q -p no:cacheprovider --durations=5 --durations-min=5 \
    --junitxml="$test_results/$preset/$folder.xml" "${selection[@]}" "tests/$folder" || status=$?
  # 5: no test was selected, which a filter makes normal.
  [[ $status -eq 5 ]] && return 0
  return "$status"
}
