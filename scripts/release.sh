# ./dev release

release_usage() {
  cat <<'TEXT'
usage: ./dev release --dry-run [--ccache]

Builds everything that a release of the last commit contains, in build/release-files/: the program, its Debian package, the list of
its parts, the description of its interface, the client packages for npm and PyPI, the sources, and the SHA-256 sums of them all. It
does so twice, in two clones, and fails if the two differ, or if a file names another version. Publishing is left to you; see
RELEASING.md.

  --ccache  let the second build use the compiler's cache: quicker, but does not prove that compiling gives the same bytes again
TEXT
}

release_command() {
  local dry_run='' ccache=
  while [[ $# -gt 0 ]]; do
    case $1 in
      --dry-run) dry_run=yes ;;
      --ccache) ccache=yes ;;
      *) echo "./dev release: unknown argument '$1'" >&2; release_usage >&2; return 2 ;;
    esac
    shift
  done
  [[ -n $dry_run ]] || { release_usage >&2; return 2; }
  [[ -z $(git status --porcelain) ]] || { echo "./dev release: commit first; a release is made from a commit" >&2; return 1; }
  ensure_packages "${packages_release[@]}"
  local version commit
  version=$(/usr/bin/python3 scripts/release_version.py)
  release_folder=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-release.XXXXXX")
  trap 'rm -rf "$release_folder"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
  export SOURCE_DATE_EPOCH
  commit=$(git rev-parse HEAD)  # whoever commits meanwhile is not in it
  make_release first "$version" "$commit"
  if [[ -n $ccache ]]; then
    make_release second "$version" "$commit"
  else
    CCACHE_RECACHE=1 make_release second "$version" "$commit"
  fi
  diff -r "$release_folder/first-files" "$release_folder/second-files" || { echo "./dev release: the two builds differ" >&2; return 1; }
  rm -rf build/release-files
  mkdir -p build
  mv "$release_folder/first-files" build/release-files
  echo "== Gatehouse $version, built twice with the same result, in build/release-files/"
  (cd build/release-files && du -b --apparent-size -- * | sort -k 2)
  grep -q "^## \[$version\] - [0-9]" CHANGELOG.md || echo "== do not publish it yet: CHANGELOG.md has no date for $version"
}

release_folder=

# make_release <name> <version> <commit>: clones the commit, and makes the files of the release in the clone.
make_release() {
  local clone=$release_folder/$1 files=$release_folder/$1-files
  echo "== $1 build"
  git clone -q --no-hardlinks . "$clone"
  git -C "$clone" checkout -q --detach "$3"
  mkdir "$files"
  release_step "$1-package" "$clone" ./dev package
  release_step "$1-sbom" "$clone" ./dev sbom
  release_step "$1-clients" "$clone" /usr/bin/python3 scripts/release_clients.py "$files"
  cp "$clone"/build/release/{gatehouse,gatehouse_*.deb} "$files/"
  cp "$clone/build/sbom.cdx.json" "$clone/build/release/src/openapi.yaml" "$files/"
  git -C "$clone" archive --format=tar --prefix="gatehouse-$2/" HEAD | gzip -n >"$files/gatehouse-$2.tar.gz"
  (cd "$files" && sha256sum -- * >SHA256SUMS)
  rm -rf "$clone"
}

# release_step <name> <folder> <command>...: quiet unless it fails.
release_step() {
  local log=$release_folder/$1.log folder=$2
  shift 2
  (cd "$folder" && "$@") >"$log" 2>&1 </dev/null || { tail -n 60 "$log" >&2; return 1; }
}
