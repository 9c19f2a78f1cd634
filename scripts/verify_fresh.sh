# ./dev verify-fresh

source scripts/debian_tree.sh

verify_fresh_usage() {
  cat <<'TEXT'
usage: ./dev verify-fresh [--ccache FOLDER] [--only root|user] [bookworm | trixie]...

Runs what README.md promises a newcomer on a new Debian 12 (bookworm) and 13 (trixie), by default both: in a system made by debootstrap
in a temporary folder, with git and nothing else, it clones the last commit of this repository and runs `./dev serve` and
`./dev test --quick`; once as root, and once, in another new system, as a user with sudo. Needs root; takes about an hour for each
release on two cores. Packages come from where this machine's apt gets its own.

  --ccache FOLDER  keep the compiler's cache there, so that the next run is quicker; it becomes writable for everybody
  --only WHO       only as root, or only as the user
TEXT
}

verify_fresh_command() {
  local releases=() who=(root user) cache='' release status=0
  while [[ $# -gt 0 ]]; do
    case $1 in
      --ccache) [[ -n ${2:-} ]] || { verify_fresh_usage >&2; return 2; }; cache=$2; shift ;;
      --only) [[ ${2:-} =~ ^(root|user)$ ]] || { verify_fresh_usage >&2; return 2; }; who=("$2"); shift ;;
      bookworm | trixie) releases+=("$1") ;;
      *) echo "./dev verify-fresh: unknown argument '$1'" >&2; verify_fresh_usage >&2; return 2 ;;
    esac
    shift
  done
  [[ $(id -u) -eq 0 ]] || { echo "./dev verify-fresh: run it as root, for debootstrap and chroot" >&2; return 1; }
  ensure_packages debootstrap git
  [[ ${#releases[@]} -gt 0 ]] || releases=(bookworm trixie)
  fresh_folder=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-fresh.XXXXXX")
  trap 'remove_fresh_folder' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  chmod 755 "$fresh_folder"
  for release in "${releases[@]}"; do verify_release "$release" "$cache" "${who[@]}" || status=1; done
  return "$status"
}

fresh_folder=
fresh_newcomer=

# The mounts disappear with the newcomer's namespaces, so this removes only the trees.
remove_fresh_folder() {
  if [[ -n $fresh_newcomer ]]; then
    kill -KILL "$fresh_newcomer" 2>/dev/null || true  # unshare ignores SIGTERM; what runs in its namespaces ends with it
    wait "$fresh_newcomer" || true
  fi
  rm -rf --one-file-system "$fresh_folder"
}

# verify_release <release> <cache folder or ''> <root|user>...
verify_release() {
  local release=$1 cache=$2 base=$fresh_folder/base name status=0
  shift 2
  echo "== $release: making a new system"
  make_base "$release" "$base" >"$fresh_folder/log" 2>&1 || { cat "$fresh_folder/log" >&2; return 1; }
  if [[ -z $cache ]]; then
    cache=$fresh_folder/ccache-$release
  fi
  mkdir -p "$cache"
  for name in "$@"; do
    echo "== $release: as $name"
    cp -a "$base" "$fresh_folder/tree"
    # In the background, so that a signal ends it at once.
    in_tree "$fresh_folder/tree" "$cache" "$name" &
    fresh_newcomer=$!
    if wait "$fresh_newcomer"; then
      echo "== $release: as $name: OK"
    else
      echo "== $release: as $name: FAILED"
      status=1
    fi
    fresh_newcomer=
    rm -rf --one-file-system "$fresh_folder/tree"
  done
  rm -rf --one-file-system "$base"
  return "$status"
}

# make_base <release> <folder>
make_base() {
  make_debian_tree "$1" "$2" ca-certificates,git,sudo || return
  # If this machine trusts its own certificate authorities, npm needs them, too.
  cp -L /etc/ssl/certs/ca-certificates.crt "$2/etc/ssl/certs/"
  echo cafile=/etc/ssl/certs/ca-certificates.crt >"$2/etc/npmrc"
  chroot "$2" useradd --create-home --shell /bin/bash newcomer
  echo 'newcomer ALL=(ALL) NOPASSWD: ALL' >"$2/etc/sudoers.d/newcomer"
  git clone -q --bare --no-hardlinks . "$2/srv/gatehouse.git"
  git config --file "$2/etc/gitconfig" safe.directory /srv/gatehouse.git  # the newcomer clones what root owns
}

# in_tree <folder> <cache folder> <root|user>: runs the newcomer in separate namespaces, so that no process or mount outlives it.
in_tree() {
  local user=root home=/root
  [[ $3 == root ]] || user=newcomer home=/home/newcomer
  install -m 755 scripts/fresh_newcomer.sh "$1/usr/local/bin/newcomer"
  # shellcheck disable=SC2016  # the inner shell expands it
  exec unshare --mount --pid --fork --kill-child bash -euc '
    mkdir -p "$1/ccache"
    chmod 1777 "$2"
    mount --bind "$2" "$1/ccache"
    mount -t proc proc "$1/proc"
    mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$1/dev/pts"
    ln -sf pts/ptmx "$1/dev/ptmx"
    exec chroot "$1" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME="$4" \
      CCACHE_DIR=/ccache CCACHE_UMASK=000 nice -n 19 runuser -u "$3" -- newcomer
  ' bash "$1" "$2" "$user" "$home"
}
