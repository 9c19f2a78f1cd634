# ./dev lint

source scripts/format.sh

lint_usage() {
  cat <<'TEXT'
usage: ./dev lint [file...]

Checks the formatting of every C++ file, the architecture rules, and src with clang-tidy (only the files named, when any are).
TEXT
}

lint_command() {
  ensure_packages "${packages_lint[@]}"
  local status=0
  echo "== formatting"
  cpp_files | xargs -0 clang-format-19 --dry-run -Werror || status=1
  echo "== architecture"
  PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/architecture || status=1
  echo "== clang-tidy"
  run_tidy "$@" || status=1
  if [[ $status -eq 0 ]]; then echo "lint: nothing to say"; fi
  return "$status"
}

# run_tidy [file...]: needs the precompiled header that the compile commands name, but nothing else of a build.
run_tidy() {
  local files=("$@") output=build/tidy/findings.txt status=0
  [[ ${#files[@]} -gt 0 ]] || mapfile -t files < <(find src -name '*.cpp' | sort)
  compile tidy src/CMakeFiles/gatehouse_runtime.dir/cmake_pch.hxx.pch || return
  run-clang-tidy-19 -quiet -p build/tidy -j "$(nproc)" -warnings-as-errors='*' "${files[@]/#/$PWD/}" >"$output" 2>&1 || status=1
  grep -vE '^(clang-tidy-19 |\[ *[0-9]+/|[0-9]+ warnings? (generated|treated)|Running clang-tidy|Suppressed |Use -header-filter)' \
    "$output" || true
  return "$status"
}
