# ./dev build, and what every command that compiles shares.

build_usage() {
  cat <<'TEXT'
usage: ./dev build [preset]

Builds build/<preset>/gatehouse. Presets: release (the default), asan, tsan. The first build takes some minutes, a later one seconds.
TEXT
}

# ccache takes a file out of its cache although it uses a precompiled header.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime

# compile <preset> <target>...: what the service itself needs, and nothing of what tests and measurements need.
compile() {
  local preset=$1
  shift
  [[ -f build/$preset/build.ninja ]] || configure "$preset" || return
  ninja -C "build/$preset" "$@"
}

# compile_with <TESTS|BENCH> <preset> <target>...: the same, with an option of CMakeLists.txt switched on.
compile_with() {
  local option=GATEHOUSE_$1 preset=$2
  shift 2
  if [[ ! -f build/$preset/build.ninja ]] || ! grep -qs "^$option:BOOL=ON" "build/$preset/CMakeCache.txt"; then
    configure "$preset" "-D$option=ON" || return
  fi
  ninja -C "build/$preset" "$@"
}

# configure <preset> [option]...: quiet unless it fails.
configure() {
  local output preset=$1 defaults=()
  shift
  if [[ ! -f build/$preset/build.ninja ]]; then
    echo "./dev: the first build in build/$preset takes some minutes, later ones seconds"
    defaults=(-DGATEHOUSE_TESTS=OFF)
  fi
  output=$(cmake --preset "$preset" "${defaults[@]}" "$@" 2>&1 </dev/null) || { echo "$output" >&2; return 1; }
}

build_command() {
  local preset=${1:-release}
  [[ $preset =~ ^(release|asan|tsan)$ && $# -le 1 ]] || { build_usage >&2; return 2; }
  ensure_packages "${packages_build[@]}"
  [[ $preset == release ]] || ensure_packages "${packages_clang[@]}"
  compile "$preset" gatehouse
}
