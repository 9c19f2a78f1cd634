# ./dev lint

source scripts/format.sh

lint_usage() {
  cat <<'TEXT'
usage: ./dev lint [--all | --recent N] [file...]

Checks the formatting of every C++ file, the architecture rules, the shell scripts (shellcheck), the Python files (mypy), and, with
clang-tidy, the files of src that have changed since the branch left main; on main itself, those not committed yet.

  --all       clang-tidy on all of src
  --recent N  clang-tidy on at most N files of src: first what is not committed, then what was committed last
  file...     clang-tidy on these files only
TEXT
}

lint_command() {
  local scope=changed limit='' files=() status=0
  while [[ $# -gt 0 ]]; do
    case $1 in
      --all) scope=all ;;
      --recent)
        [[ ${2:-} =~ ^[0-9]+$ ]] || { echo "./dev lint: --recent takes a number of files" >&2; return 2; }
        scope=recent limit=$2
        shift
        ;;
      -*) echo "./dev lint: unknown option '$1'" >&2; lint_usage >&2; return 2 ;;
      *)
        [[ -f $1 && $1 == *.[ch]pp ]] || { echo "./dev lint: there is no C++ file '$1'" >&2; return 2; }
        scope=named files+=("$1")
        ;;
    esac
    shift
  done
  ensure_packages "${packages_lint[@]}"
  [[ $scope == named ]] || mapfile -t files < <(files_to_tidy "$scope" "$limit")
  lint_step formatting check_formatting || status=1
  lint_step architecture check_architecture || status=1
  lint_step shellcheck check_scripts || status=1
  lint_step mypy check_python || status=1
  lint_step "clang-tidy on ${#files[@]} files" check_with_tidy "${files[@]}" || status=1
  [[ $status -ne 0 ]] || echo "lint: OK"
  return "$status"
}

# lint_step <title> <command>...
lint_step() {
  echo "== $1"
  shift
  "$@"
}

check_formatting() { cpp_files | xargs -0 -n 100 -P "$(nproc)" clang-format-19 --dry-run -Werror; }

check_architecture() { PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/architecture; }

check_scripts() {
  shellcheck --shell=bash dev .ci/run scripts/*.sh scripts/git_hooks/* && shellcheck --shell=sh cmake/*.sh deploy/*/*.sh deploy/debian/{postinst,prerm,postrm}
}

# One run per folder, because several folders have modules with the same names. Only the first run reads what all of them import.
check_python() {
  local folder status=0
  for folder in scripts tests/architecture tests/compare tests/integration tests/e2e tests/clients tests/example bench; do
    [[ -d $folder ]] || continue
    (cd "$folder" && MYPYPATH=$(mypy_path "$folder") mypy --config-file "$OLDPWD/.mypy.ini" --cache-dir "$OLDPWD/build/mypy" .) || status=1
  done
  # The code that we give to others has types everywhere.
  (cd clients/python && mypy --strict --cache-dir "$OLDPWD/build/mypy/strict" src) || status=1
  return "$status"
}

# mypy_path <folder>: the folders from which its files import, besides itself.
mypy_path() {
  case $1 in
    scripts) echo "$PWD/tests/architecture" ;;
    tests/architecture) echo "$PWD/tests/example" ;;
    tests/e2e | tests/example) echo "$PWD/tests/integration" ;;
    tests/clients) echo "$PWD/tests/integration:$PWD/clients/python/src" ;;
  esac
}

# files_to_tidy <all|changed|recent> <limit>: existing source files of src, one per line. A changed header counts as the source
# file beside it.
files_to_tidy() {
  local candidates
  case $1 in
    all) candidates=$(find src -name '*.cpp' | sort) ;;
    changed) candidates=$(changed_sources "$(branch_point)") ;;
    recent) candidates=$(changed_sources HEAD; git log --name-only --format= -n 50 -- src 2>/dev/null) ;;
  esac
  sed -nE 's/\.hpp$/.cpp/; /^src\/.*\.cpp$/p' <<<"$candidates" | awk '!seen[$0]++' |
    while IFS= read -r file; do [[ ! -f $file ]] || echo "$file"; done | head -n "${2:-100000}"
}

branch_point() { git merge-base main HEAD 2>/dev/null || echo HEAD; }

changed_sources() { git diff --name-only "$1" -- src; git ls-files --others --exclude-standard -- src; } 2>/dev/null

# check_with_tidy [file...]: needs the precompiled header that the compile commands name, but nothing else of a build.
check_with_tidy() {
  [[ $# -gt 0 ]] || return 0
  local output=build/tidy/findings.txt status=0 files=("$@")
  compile tidy src/CMakeFiles/gatehouse_runtime.dir/cmake_pch.hxx.pch || return
  run-clang-tidy-19 -quiet -p build/tidy -j "$(nproc)" -warnings-as-errors='*' "${files[@]/#/$PWD/}" >"$output" 2>&1 || status=1
  grep -vE '^(clang-tidy-19 |\[ *[0-9]+/|[0-9]+ warnings? (generated|treated)|Running clang-tidy|Suppressed |Use -header-filter)' \
    "$output" || true
  return "$status"
}
