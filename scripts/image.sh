# ./dev image

source scripts/debian_tree.sh
source scripts/postgres_cluster.sh

image_usage() {
  cat <<'TEXT'
usage: ./dev image [--verify [--ccache FOLDER]]

Builds the container image `gatehouse` from deploy/Dockerfile, with docker or podman, whichever is installed.

  --verify   needs no registry and leaves nothing behind: makes the base with debootstrap, builds the image twice with podman, compares
             the two, and runs it with chroot as its user on a read-only tree: health, a login, PostgreSQL, mail; then does the same for
             the Alpine image, on a tree with only musl and busybox. Runs tests of PostgreSQL, mail and Redis over TLS with its libraries,
             and fails if it is larger than 25 MB. Needs root; takes about five minutes for each build on two cores
  --ccache FOLDER
             keep the compiler's cache there. The second build then does not prove that compiling gives the same bytes again
TEXT
}

image_command() {
  local cache='' verify=''
  while [[ $# -gt 0 ]]; do
    case $1 in
      --verify) verify=yes ;;
      --ccache) [[ -n ${2:-} ]] || { image_usage >&2; return 2; }; cache=$(realpath -m "$2"); shift ;;
      *) echo "./dev image: unknown argument '$1'" >&2; image_usage >&2; return 2 ;;
    esac
    shift
  done
  if [[ -n $verify ]]; then
    verify_image "$cache"
  else
    [[ -z $cache ]] || { image_usage >&2; return 2; }
    build_image
  fi
}

# The commit, and its time, which everything in an image gets. --verify asks only once, in case somebody commits between its builds.
image_source=()
image_epoch=
ask_source() {
  image_epoch=$(git log -1 --format=%ct 2>/dev/null || echo 0)
  image_source=(--build-arg "SOURCE_DATE_EPOCH=$image_epoch"
    --build-arg "GATEHOUSE_COMMIT=$(git rev-parse --short=12 HEAD 2>/dev/null || true)")
}

build_image() {
  local builder
  builder=$(command -v docker || command -v podman) || { echo "./dev image: neither docker nor podman is installed" >&2; return 1; }
  ask_source
  "$builder" build -f deploy/Dockerfile -t gatehouse "${image_source[@]}" .
}

image_folder=

# verify_image <cache folder or ''>
verify_image() {
  [[ $(id -u) -eq 0 ]] || { echo "./dev image: run --verify as root, for debootstrap, podman and chroot" >&2; return 1; }
  ensure_packages "${packages_image[@]}"
  image_folder=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-image.XXXXXX")
  trap remove_image_folder EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  chmod 755 "$image_folder"
  ask_source
  echo "== base: Debian 12 by debootstrap"
  image_step base make_image_base
  echo "== first build"
  image_step first build_with_podman first "$1"
  echo "== second build"
  image_step second build_with_podman second "$1"
  compare_builds
  echo "== on a read-only tree, as user 65532"
  mount_tree first "$image_folder/scratch"
  try_tree "$image_folder/scratch" /gatehouse
  echo "== over TLS, with the image's libraries"
  image_step tls test_over_tls "$image_folder/scratch"
  echo "== on musl and busybox, as user 65532"
  image_step alpine build_with_podman alpine "$1" --target alpine
  mount_tree alpine "$image_folder/alpine"
  try_tree "$image_folder/alpine" /opt/gatehouse/gatehouse
  check_sizes
  cat <<'TEXT'
== not run: a container runtime (podman run, docker run), the images debian:12-slim and alpine:3 from a registry, BuildKit,
   HEALTHCHECK as run by a runtime
image: OK
TEXT
}

remove_image_folder() {
  [[ -z ${image_service:-} ]] || kill -KILL "$image_service" 2>/dev/null || true
  stop_postgres 2>/dev/null || true
  podman_here umount --all --force >/dev/null 2>&1 || true
  umount -R "$image_folder"/*/data "$image_folder/scratch" "$image_folder/alpine" 2>/dev/null || true
  podman_here rm --all --force >/dev/null 2>&1 || true
  podman_here rmi --all --force >/dev/null 2>&1 || true
  umount "$image_folder/storage/overlay" 2>/dev/null || true
  rm -rf --one-file-system "$image_folder"
}

# image_step <name> <command>...: quiet unless it fails. A command that is a function must itself say which step has failed.
image_step() {
  local log=$image_folder/$1.log
  shift
  "$@" >"$log" 2>&1 || { tail -n 60 "$log" >&2; return 1; }
}

# Uses separate storage, not the machine's.
podman_here() { podman --root "$image_folder/storage" --runroot "$image_folder/run" --storage-driver overlay "$@"; }

make_image_base() {
  make_debian_tree bookworm "$image_folder/debian" ca-certificates || return
  tar -C "$image_folder/debian" -c . | podman_here import - gatehouse-debian
  # Alpine's replacements for Debian's C library and tools. Alpine's own files are not available here.
  mkdir -p "$image_folder/musl"/{bin,lib,etc,tmp}
  cp /bin/busybox "$image_folder/musl/bin/"
  ln -s busybox "$image_folder/musl/bin/sh"
  cp -L /lib/ld-musl-*.so.1 "$image_folder/musl/lib/"
  tar -C "$image_folder/musl" -c . | podman_here import - gatehouse-musl
  rm -rf --one-file-system "$image_folder/debian" "$image_folder/musl"
}

# build_with_podman <name> <cache folder or ''> [option]...
build_with_podman() {
  local name=$1 cache=$2 options=()
  shift 2
  if [[ -n $cache ]]; then
    mkdir -p "$cache"
    echo "compiler_check = content" >"$cache/ccache.conf"  # the compiler, too, has the time of the commit there
    options=(--volume "$cache:/root/.ccache")
  fi
  # The stages before the last one are kept for the Alpine build, which comes later.
  [[ $name != second ]] || options+=(--no-cache)
  podman_here build --isolation chroot --pull-never --layers --timestamp "$image_epoch" --file deploy/Dockerfile \
    --build-arg DEBIAN=localhost/gatehouse-debian --build-arg ALPINE=localhost/gatehouse-musl \
    "${image_source[@]}" --tag "gatehouse:$name" "${options[@]}" "$@" .
}

compare_builds() {
  local first second
  first=$(podman_here image inspect --format '{{.Id}} {{.RootFS.Layers}}' gatehouse:first)
  second=$(podman_here image inspect --format '{{.Id}} {{.RootFS.Layers}}' gatehouse:second)
  [[ $first == "$second" ]] || { printf '%s\n' "./dev image: the builds differ" "$first" "$second" >&2; return 1; }
  echo "== both builds are ${first%% *}"
}

# mount_tree <name> <folder>: read-only, with a data/ that its user may write to.
mount_tree() {
  local mounted
  mounted=$(podman_here image mount "gatehouse:$1")
  [[ $(stat -c '%u:%g %a' "$mounted/data") == '65532:65532 700' ]]
  mkdir -p "$2" "$2.data"
  chown 65532:65532 "$2.data"
  mount --bind "$mounted" "$2"
  mount -o remount,bind,ro "$2"
  mount --bind "$2.data" "$2/data"
}

image_service=
image_port=
image_key=

# try_tree <folder> <program>
try_tree() {
  local tree=$1 program=$2 said
  image_port=$(free_port)
  image_key=$(od -An -N 24 -tx1 /dev/urandom | tr -d ' \n')
  serve_and_log_in "$tree" "$program" "SQLite" SQLITE_PATH=data/gatehouse.db
  [[ -s $tree.data/gatehouse.db ]]
  start_postgres fsync=off
  serve_and_log_in "$tree" "$program" "PostgreSQL" "DATABASE_URL=$GATEHOUSE_TEST_POSTGRES"
  stop_postgres
  said=$(in_tree_with "$tree" SMTP_URL=smtp://127.0.0.1:1 FRONTEND_URL=https://app.example.com \
    MAIL_FROM=gatehouse@example.com -- "$program" mail test ada@example.com 2>&1 || true)
  [[ $said == *'connect to 127.0.0.1'* ]] || { echo "$said" >&2; return 1; }
  echo "   mail: libcurl is loaded"
}

# become_in_tree <folder> [NAME=VALUE]... -- <command>...: runs it as the image's user, with the settings that every program here gets.
# Does not return.
become_in_tree() {
  local tree=$1 settings=()
  shift
  while [[ $1 != -- ]]; do settings+=("$1"); shift; done
  shift
  exec env -i PATH=/ NODE_ENV=development "PORT=$image_port" "API_KEY=$image_key" "SESSION_SECRET=$image_key" "JWT_SECRET=$image_key" \
    "${settings[@]}" "$(command -v chroot)" --userspec=65532:65532 "$tree" "$@"
}

in_tree_with() (become_in_tree "$@")

# serve_and_log_in <folder> <program> <title> <NAME=VALUE>
serve_and_log_in() {
  local tree=$1 program=$2 title=$3 setting=$4 second
  become_in_tree "$tree" "$setting" -- "$program" serve >"$tree.log" 2>&1 &
  image_service=$!
  for ((second = 0; second < 60; second++)); do
    in_tree_with "$tree" -- "$program" health --ready >/dev/null 2>&1 && break
    kill -0 "$image_service" 2>/dev/null || break
    sleep 1
  done
  in_tree_with "$tree" -- "$program" health >/dev/null || { cat "$tree.log" >&2; return 1; }
  curl -sf -H "X-API-Key: $image_key" -H 'Content-Type: application/json' -o /dev/null \
    -d '{"email":"john@example.com","password":"password123"}' "http://127.0.0.1:$image_port/user-auth" || { cat "$tree.log" >&2; return 1; }
  kill -TERM "$image_service"
  wait "$image_service"
  image_service=
  echo "   $title: health and a login"
}

# test_over_tls <folder>: the tests' files are outside it, so there is no chroot; the loader, libraries and program are those in it.
test_over_tls() {
  local loaders=("$1"/lib*/ld-linux*) libraries=("$1"/lib/*-linux-gnu)
  printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "${loaders[0]}" "${libraries[0]}" "$1/gatehouse" >"$image_folder/gatehouse"
  chmod 755 "$image_folder/gatehouse"
  start_postgres fsync=off || return
  local status=0
  GATEHOUSE_BINARY=$image_folder/gatehouse PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -q -p no:cacheprovider \
    -c tests/pytest.ini "${image_tests[@]/#/tests/integration/}" || status=$?
  stop_postgres
  return "$status"
}

# The tests of what libcurl, libpq and OpenSSL do: STARTTLS, SCRAM, certificates of servers and of clients.
image_tests=(
  test_mail.py::test_letter_arrives_encrypted_with_login_and_is_forgotten
  test_mail.py::test_certificate_that_nobody_vouches_for_gets_no_mail
  test_mail.py::test_wrong_login_keeps_the_letter
  test_redis.py::test_redis_over_tls_is_used_if_its_certificate_is_good
  test_rotation.py::test_every_secret_is_rotated_under_load
  test_tls.py
)

image_bytes_max=25000000

# Counts everything but the mounted data/; of the Alpine image, only what is added to Alpine.
check_sizes() {
  local compressed folder bytes
  compressed=$(podman_here save --format oci-archive gatehouse:first | tar -xO --wildcards 'blobs/sha256/*' | wc -c)
  for folder in "$image_folder/scratch" "$image_folder/alpine/opt/gatehouse"; do
    bytes=$(du -sbx "$folder" | cut -f1)
    echo "== size of ${folder#"$image_folder/"}: $bytes bytes of files"
    ((bytes <= image_bytes_max)) || { echo "./dev image: that is more than $image_bytes_max" >&2; return 1; }
  done
  echo "== compressed, as in a registry: $compressed bytes"
}
