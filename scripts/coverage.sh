# ./dev coverage

source scripts/test.sh

coverage_usage() {
  cat <<'TEXT'
usage: ./dev coverage [--quick]

Runs the unit, contract, corpus and integration tests on a build that counts executed lines and branches, prints both per folder of
src, and writes build/coverage/report/index.html.

  --quick  without the integration tests
TEXT
}

coverage_command() {
  local quick=
  [[ ${1:-} != --quick ]] || { quick=yes; shift; }
  [[ $# -eq 0 ]] || { coverage_usage >&2; return 2; }
  ensure_packages "${packages_coverage[@]}"
  export PYTHONDONTWRITEBYTECODE=1
  test_results=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-results.XXXXXX")
  trap 'stop_postgres; rm -rf "$test_results"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  compile_with TESTS coverage all
  find build/coverage -name '*.gcda' -delete
  start_postgres fsync=off full_page_writes=off synchronous_commit=off
  select_tests coverage
  local status=0
  run_ctest coverage || status=1
  [[ -n $quick ]] || run_python_tests coverage || status=1
  report_coverage
  return "$status"
}

report_coverage() {
  local options=(--root . --filter src/ --gcov-ignore-parse-errors --exclude-unreachable-branches --exclude-throw-branches)
  mkdir -p build/coverage/report
  gcovr "${options[@]}" --html-details build/coverage/report/index.html --json-summary build/coverage/report/summary.json \
    -j "$(nproc)" build/coverage >/dev/null
  /usr/bin/python3 scripts/coverage_table.py build/coverage/report/summary.json
  echo "./dev coverage: details in build/coverage/report/index.html"
}
