# ./dev package

source scripts/debian_tree.sh

package_usage() {
  cat <<'TEXT'
usage: ./dev package [--verify [bookworm | trixie]...]

Builds the Debian package: build/release/gatehouse_VERSION_ARCHITECTURE.deb.

  --verify  checks it with lintian; then, in a new Debian 12 and 13 (or the releases named) made by debootstrap, installs an older
            version, upgrades, runs the service as its user, removes and purges it. Needs root
TEXT
}

package_command() {
  local verify='' releases=()
  while [[ $# -gt 0 ]]; do
    case $1 in
      --verify) verify=yes ;;
      bookworm | trixie) releases+=("$1") ;;
      *) echo "./dev package: unknown argument '$1'" >&2; package_usage >&2; return 2 ;;
    esac
    shift
  done
  [[ -n $verify || ${#releases[@]} -eq 0 ]] || { package_usage >&2; return 2; }
  [[ -z $verify || $(id -u) -eq 0 ]] || { echo "./dev package: run --verify as root, for debootstrap and chroot" >&2; return 1; }
  ensure_packages "${packages_package[@]}"
  make_package
  [[ -z $verify ]] || verify_package "${releases[@]}"
}

make_package() {
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
  export SOURCE_DATE_EPOCH
  configure release -DGATEHOUSE_PACKAGE=ON
  cmake build/release >/dev/null  # for the date
  ninja -C build/release gatehouse package_files
  rm -f build/release/gatehouse_*.deb
  (cd build/release && cpack -G DEB >cpack.log) || { cat build/release/cpack.log >&2; return 1; }
  echo "./dev package: $(ls build/release/gatehouse_*.deb)"
}

package_folder=

# verify_package [release]...
verify_package() {
  local release package status=0
  [[ $# -gt 0 ]] || set -- bookworm trixie
  package=$(ls build/release/gatehouse_*.deb)
  echo "== lintian"
  lintian --fail-on error,warning --allow-root "$package"
  package_folder=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-package.XXXXXX")
  trap remove_package_folder EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  chmod 755 "$package_folder"
  for release in "$@"; do
    echo "== $release"
    verify_on "$release" "$package" || { echo "== $release: FAILED"; status=1; }
    remove_package_tree
  done
  return "$status"
}

remove_package_tree() {
  umount "$package_folder/tree/proc" 2>/dev/null || true
  rm -rf --one-file-system "$package_folder/tree"
}

remove_package_folder() {
  remove_package_tree
  rm -rf --one-file-system "$package_folder"
}

# verify_on <release> <package>
verify_on() {
  local tree=$package_folder/tree
  make_debian_tree "$1" "$tree" ca-certificates >"$package_folder/log" 2>&1 || { cat "$package_folder/log" >&2; return 1; }
  mount -t proc proc "$tree/proc"
  mkdir -p "$tree/packages"
  cp "$2" "$tree/packages/new.deb"
  make_older "$2" "$tree/packages/old.deb"
  cp scripts/package_life.sh "$tree/packages/life.sh"
  chroot "$tree" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash /packages/life.sh
}

# make_older <package> <older package>: the same with a lower version and another unit, as a previous release may have been.
make_older() {
  local folder=$package_folder/older
  rm -rf "$folder"
  dpkg-deb -R "$1" "$folder"
  sed -i 's/^Version: .*/Version: 0.0.1-1/' "$folder/DEBIAN/control"
  echo '# of an older version' >>"$folder/usr/lib/systemd/system/gatehouse.service"
  dpkg-deb --root-owner-group -b "$folder" "$2" >/dev/null
}
