# ./dev test

source scripts/postgres_cluster.sh

test_usage() {
  cat <<'TEXT'
usage: ./dev test [--quick | --changed | --full] [--only BUILD] [word...]

Runs, against a PostgreSQL cluster of its own: the unit and contract tests and the fuzzers' corpora, the architecture rules, the
integration and end-to-end tests of the real program, and those of its client libraries; and it builds CONTRIBUTING's example of a
feature and tries it. Then it builds everything with AddressSanitizer and UBSan and runs unit, contract, corpus and integration
tests again, and with ThreadSanitizer those that use threads (CONTRIBUTING.md says which).

  --quick       only the release build
  --changed     only the release build, and only what a change can break: everything committed since the branch left main,
                and what is not committed yet
  --full        what runs every night: longer soak tests, more users, ten minutes for each fuzzer, everything under
                ThreadSanitizer
  --only BUILD  only this build: release, asan or tsan
  word...       only the test programs, and the Python tests, whose name has one of these words; builds and starts only
                what they need

The last line is 'N passed, N failed'; the exit code is 0 when nothing failed. Reports in JUnit's form: build/test-results/.
TEXT
}

test_words=()
test_changed=
test_results=
test_memory=
test_pycache=
fuzz_seconds_nightly=600

test_command() {
  local builds=(release asan tsan)
  while [[ $# -gt 0 ]]; do
    case $1 in
      --quick) builds=(release) ;;
      --changed) builds=(release) test_changed=yes ;;
      --full) export GATEHOUSE_TEST_FULL=1 ;;
      --only)
        [[ ${2:-} =~ ^(release|asan|tsan)$ ]] || { echo "./dev test: --only takes release, asan or tsan" >&2; return 2; }
        builds=("$2")
        shift
        ;;
      -*) echo "./dev test: unknown option '$1'" >&2; test_usage >&2; return 2 ;;
      *) test_words+=("$1") ;;
    esac
    shift
  done
  ensure_packages "${packages_test[@]}"
  keep_files_in_memory
  test_results=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-results.XXXXXX")
  export PYTHONDONTWRITEBYTECODE=1
  test_pycache=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-pycache.XXXXXX")
  trap end_test EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  local i
  for i in "${!builds[@]}"; do test_build "${builds[@]:i}"; done
  [[ -z ${GATEHOUSE_TEST_FULL:-} ]] || section "fuzz" fuzz_for_the_night || true
  /usr/bin/python3 scripts/test_totals.py "$test_results"
}

end_test() {
  end_build_ahead
  stop_postgres
  rm -rf build/test-results "$test_pycache" "$test_results"/built-*
  mv "$test_results" build/test-results
  [[ -z $test_memory ]] || rm -rf "$test_memory"
}

# The databases and files of tests are removed with them, and a disk is slow to create and remove thousands of them. They are kept in
# memory if there is plenty: a run needs less than 3 GiB of it.
keep_files_in_memory() {
  local room=$((6 * 1024 * 1024)) options
  options=",$(findmnt --noheadings --types tmpfs --output OPTIONS --target /dev/shm || true),"
  if [[ -n ${TMPDIR:-} || $options != *,rw,* || $options == *,noexec,* ]] ||
    [[ $(df --output=avail /dev/shm | tail -n 1) -lt $room || $(awk '/^MemAvailable/ {print $2}' /proc/meminfo) -lt $room ]]; then
    return 0
  fi
  test_memory=$(mktemp -d /dev/shm/gatehouse.XXXXXX)
  chmod 1777 "$test_memory"
  export TMPDIR=$test_memory
}

fuzz_for_the_night() {
  source scripts/fuzz.sh
  fuzz_command "$fuzz_seconds_nightly"
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

# What is selected for one build: the tests that ctest knows, the targets they need, the Python tests.
selected_tests=()
selected_targets=()
selected_python=()

# test_build <preset> [later preset]...: everything that preset's program must pass. Its sections continue after a failure, but
# not without a build.
test_build() {
  local preset=$1
  shift
  [[ -e $test_results/built-$preset ]] || end_build_ahead
  section "configure $preset" configure_tests "$preset" || return 0
  select_tests "$preset" || return 0
  if [[ ${#selected_tests[@]} -eq 0 && ${#selected_python[@]} -eq 0 ]]; then
    echo "== $preset: none of its tests is selected"
    return 0
  fi
  [[ " ${selected_python[*]} " != *" tests/clients"[\ /]* ]] || fetch_client_tools
  if [[ ${#selected_targets[@]} -gt 0 ]]; then
    section "build $preset" ninja -C "build/$preset" "${selected_targets[@]}" || return 0
  fi
  [[ -n $ahead ]] || build_ahead "$@"
  if needs_postgres "$preset"; then
    section "start PostgreSQL" start_postgres fsync=off full_page_writes=off synchronous_commit=off || return 0
  fi
  [[ ${#selected_tests[@]} -eq 0 ]] || section "$preset: unit, contract, corpora" run_ctest "$preset" || true
  section "$preset: Python tests" run_python_tests "$preset" || true
}

# Fetches the tools of the client libraries over the network, while other work uses the processors. Tests that use them wait for them,
# and say so if they are not available.
fetch_client_tools() {
  PYTHONPATH=tests/integration:tests/clients /usr/bin/python3 -c 'from nextjs_example import install; install()' \
    </dev/null >/dev/null 2>&1 &
}

# The later builds are compiled while the tests of this one run, which wait for much of their time, with the processor time that those
# leave. What is not compiled by then, or fails to compile, is left to its own section.
ahead=

# build_ahead [preset]...: builds them one after the other. Each complete one has a file in the results.
build_ahead() {
  local preset selected_tests=() selected_targets=() selected_python=() builds=()
  for preset; do
    if configure_tests "$preset" >/dev/null 2>&1 && select_tests "$preset" && [[ ${#selected_targets[@]} -gt 0 ]]; then
      builds+=("$test_results/built-$preset -C build/$preset ${selected_targets[*]}")
    fi
  done
  [[ ${#builds[@]} -gt 0 ]] || return 0
  # If the system shares processors between sessions, this new session could take half of them.
  # shellcheck disable=SC2016  # the inner shell expands it
  setsid bash -c '
    echo 19 >/proc/self/autogroup
    trap "kill \$! && wait; exit" TERM
    for build; do
      read -r done arguments <<<"$build"
      chrt --idle 0 ninja $arguments &
      wait $! && touch "$done"
    done' bash "${builds[@]}" </dev/null >/dev/null 2>&1 &
  ahead=$!
}

end_build_ahead() {
  [[ -n $ahead ]] || return 0
  kill "$ahead" 2>/dev/null || true
  wait "$ahead" 2>/dev/null || true
  ahead=
}

# Under ThreadSanitizer, CMake leaves out what has no threads, except at night. Making build.ninja lets CMake notice files that were
# added or removed since it last ran.
configure_tests() {
  local all_of_it=OFF
  [[ -z ${GATEHOUSE_TEST_FULL:-} ]] || all_of_it=ON
  configure "$1" -DGATEHOUSE_TESTS=ON "-DGATEHOUSE_TSAN_ALL=$all_of_it" && ninja -C "build/$1" build.ninja >/dev/null
}

# select_tests <preset>
select_tests() {
  local preset=$1 options=() kind name
  selected_tests=() selected_targets=() selected_python=()
  [[ -z $test_changed ]] || options+=(--changed)
  while read -r kind name; do
    case $kind in
      test) selected_tests+=("$name") ;;
      target) selected_targets+=("$name") ;;
      python) selected_python+=("$name") ;;
    esac
  done < <(/usr/bin/python3 scripts/select_tests.py "$preset" "${options[@]}" "${test_words[@]}")
  wait $! || { echo "test selection" >>"$test_results/failed-sections.txt"; return 1; }
}

needs_postgres() {
  [[ -z $postgres_folder ]] || return 1
  [[ " ${selected_python[*]} " =~ \ tests/(integration|e2e|clients|example)[\ /] ]] ||
    [[ $(ctest --test-dir "build/$1" -N -L postgres -R "$(selected_tests_pattern)") != *"Total Tests: 0"* ]]
}

selected_tests_pattern() { local IFS='|'; echo "^(${selected_tests[*]})\$"; }

# sanitizer_environment <preset> <command>...
sanitizer_environment() {
  local preset=$1 symbolizer
  shift
  symbolizer=$(command -v llvm-symbolizer-19 || true)
  case $preset in
    asan)
      ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1 \
        UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
        ASAN_SYMBOLIZER_PATH=$symbolizer GATEHOUSE_SANITIZER=asan "$@"
      ;;
    tsan)
      # Some kernels place memory where ThreadSanitizer has its shadow; without address space randomisation, none does.
      local unrandomised=()
      if setarch -R true 2>/dev/null; then unrandomised=(setarch -R); fi
      TSAN_OPTIONS=second_deadlock_stack=1:halt_on_error=1:suppressions=$PWD/tests/support/tsan_suppressions.txt \
        TSAN_SYMBOLIZER_PATH=$symbolizer GATEHOUSE_SANITIZER=tsan "${unrandomised[@]}" "$@"
      ;;
    coverage) GATEHOUSE_SANITIZER=coverage "$@" ;;  # as slow as a sanitizer, and its counts are written at the exit, too
    *) "$@" ;;
  esac
}

# Runs more at once than there are processors, because contract tests wait for PostgreSQL. Reports of every single test go to
# build/test-results/<preset>/: one file per program by GoogleTest, one for all by ctest.
run_ctest() {
  local preset=$1 results=$test_results/$1 status=0
  mkdir -p "$results"
  rm -rf "build/$preset/reports"
  sanitizer_environment "$preset" \
    ctest --test-dir "build/$preset" --output-on-failure --timeout 900 -j "$(($(nproc) * 3))" --output-junit "$results/ctest.xml" \
    -R "$(selected_tests_pattern)" || status=$?
  [[ ! -d build/$preset/reports ]] || mv "build/$preset/reports" "$results/gtest"
  return "$status"
}

# Runs more files at once than there are processors, because much of the time is spent waiting (under a sanitizer, most of it), and
# those with slow tests first; then, alone, the tests that measure time or fill the machine.
run_python_tests() {
  local preset=$1 chosen='' beside=3 status=0
  [[ $preset == release ]] || beside=4
  [[ $preset != tsan || -n ${GATEHOUSE_TEST_FULL:-} ]] || chosen=' and not sequential'
  local folders=(tests/{architecture,clients,compare,e2e,example,integration})
  run_pytest "$preset" python "${folders[@]}" -n "$(($(nproc) * beside))" --dist loadfile -m "not serial$chosen" || status=1
  run_pytest "$preset" python-serial "${folders[@]}" -m "serial$chosen" || status=1
  return "$status"
}

# run_pytest <preset> <report> <folder>... [<option> <argument>...]: runs what is selected in the folders, in their order.
run_pytest() {
  local preset=$1 report=$2 place places=()
  shift 2
  while [[ $# -gt 0 && $1 == tests/* ]]; do
    for place in "${selected_python[@]}"; do
      [[ $place/ != "$1"/* ]] || places+=("$place")
    done
    shift
  done
  [[ ${#places[@]} -eq 0 ]] || pytest_once "$preset" "$report" "$@" "${places[@]}"
}

# pytest_once <preset> <report> <argument>...
pytest_once() {
  local preset=$1 report=$2 selection=() status=0
  shift 2
  [[ ${#test_words[@]} -eq 0 ]] || selection=(-k "$(printf ' or %s' "${test_words[@]}" | cut -c 5-)")
  GATEHOUSE_BINARY=$PWD/build/$preset/gatehouse GATEHOUSE_TEST_PYCACHE=$test_pycache sanitizer_environment "$preset" \
    /usr/bin/python3 -m pytest -q -p no:cacheprovider --durations=5 --durations-min=5 \
    --junitxml="$test_results/$preset/$report.xml" "${selection[@]}" "$@" || status=$?
  # 5: no test was selected, which is normal with words and marks.
  [[ $status -eq 5 ]] && return 0
  return "$status"
}
