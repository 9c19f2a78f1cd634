# ./dev build, and what every command that compiles shares.

build_usage() {
  cat <<'TEXT'
usage: ./dev build [preset] [test program...]

Builds build/<preset>/gatehouse, or, if test programs are named (`unit_sessions`, `contract`), those in build/<preset>/tests/.
Presets: release (the default); debug, without optimisation, for gdb; asan, tsan. The first build takes some minutes, a later one
seconds, or a minute if a large folder has changed.
TEXT
}

# compile <preset> <target>...: needs only what the service itself needs, nothing that tests and measurements need.
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
  configure "$preset" "-D$option=ON" || return
  ninja -C "build/$preset" "$@"
}

# configure <preset> [-DOPTION=VALUE]...: quiet unless it fails; does nothing when all options have their values already.
configure() {
  local output preset=$1 option defaults=() wanted=()
  shift
  if [[ ! -f build/$preset/build.ninja ]]; then
    echo "./dev: the first build in build/$preset takes some minutes, later ones seconds"
    defaults=(-DGATEHOUSE_TESTS=OFF)
    wanted=("$@")
  else
    for option in "$@"; do
      option=${option#-D}
      grep -qs "^${option%%=*}:BOOL=${option#*=}\$" "build/$preset/CMakeCache.txt" || wanted+=("-D$option")
    done
    [[ ${#wanted[@]} -gt 0 ]] || return 0
  fi
  output=$(cmake --preset "$preset" "${defaults[@]}" "${wanted[@]}" 2>&1 </dev/null) || { echo "$output" >&2; return 1; }
}

build_command() {
  local preset=release packages=("${packages_build[@]}") option
  if [[ ${1:-} =~ ^(release|debug|asan|tsan)$ ]]; then
    preset=$1
    shift
  fi
  for option in "$@"; do
    [[ $option =~ ^(unit_[a-z_]+|contract|simulation)$ ]] || { echo "./dev build: there is no '$option'" >&2; build_usage >&2; return 2; }
  done
  [[ $preset != debug ]] || packages+=(gdb)
  [[ $preset =~ ^(release|debug)$ ]] || packages+=("${packages_clang[@]}")
  [[ $# -eq 0 ]] || packages+=("${packages_gtest[@]}")
  ensure_packages "${packages[@]}"
  if [[ $# -eq 0 ]]; then
    compile "$preset" gatehouse
  else
    compile_with TESTS "$preset" "$@"
  fi
}
