# The Debian packages each command needs (docs/dependencies.md says what for), and their installation.

# Debian 12's default Boost is too old for this, so the newer one beside it is used there.
boost_version=
[[ $(. /etc/os-release && echo "${VERSION_CODENAME:-}") != bookworm ]] || boost_version=1.81

packages_build=(g++ cmake ninja-build ccache pkg-config curl
  "libboost$boost_version-dev" "libboost-json$boost_version-dev" "libboost-url$boost_version-dev"
  libsodium-dev libssl-dev libpq-dev libsqlite3-dev libcli11-dev libutf8proc-dev libidn2-dev
  libcurl4-openssl-dev libkainjow-mustache-dev libcrypt-dev zlib1g-dev libhiredis-dev)
packages_clang=(clang-19 lld-19 llvm-19 libclang-rt-19-dev)
packages_gtest=(libgtest-dev libgmock-dev)
packages_docs=(cmake doxygen perl-base python3 python3-yaml python3-markdown-it)
packages_cluster=(patroni python3-etcd python3-psycopg2 etcd-server haproxy redis-server postgresql util-linux)
packages_test=("${packages_build[@]}" "${packages_clang[@]}" "${packages_gtest[@]}" procps
  postgresql postgresql-client postgresql-contrib pgbouncer nginx-light haproxy caddy
  python3 python3-pytest python3-pytest-xdist python3-psycopg2 python3-yaml python3-jsonschema python3-aiosmtpd
  python3-httpx python3-jwcrypto python3-setuptools python3-wheel python3-prometheus-client prometheus nodejs openssl sqlite3
  systemd chromium python3-venv libfaketime "${packages_docs[@]}" "${packages_cluster[@]}")
packages_lint=("${packages_build[@]}" "${packages_clang[@]}" clang-tidy-19 clang-format-19
  shellcheck mypy python3 python3-pytest python3-pytest-xdist python3-yaml python3-httpx)
packages_fuzz=("${packages_build[@]}" "${packages_clang[@]}" "${packages_gtest[@]}")
packages_bench=("${packages_build[@]}" postgresql postgresql-client postgresql-contrib nginx-light wrk python3)
packages_image=(podman debootstrap ca-certificates musl busybox-static curl postgresql redis-server openssl
  python3 python3-pytest python3-psycopg2 python3-aiosmtpd python3-prometheus-client)
packages_package=("${packages_build[@]}" dpkg-dev gzip debootstrap lintian)
packages_release=("${packages_package[@]}" binutils python3 python3-pytest python3-setuptools python3-wheel nodejs)
# A Node.js from elsewhere brings its own npm, and Debian's cannot be installed beside that.
command -v npm >/dev/null || { packages_test+=(npm); packages_docs+=(npm); packages_release+=(npm); }
packages_pictures=("${packages_build[@]}" python3 python3-rich python3-matplotlib python3-yaml postgresql prometheus util-linux)
packages_manifests=(python3 python3-venv)
packages_format=(clang-format-19)
packages_coverage=("${packages_test[@]}" gcovr)

# ensure_packages <name>...: installs those that are missing; silent and fast if none is.
ensure_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "./dev: this is not Debian; install these yourself: $*" >&2
    return 0
  fi
  local installed missing
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
  missing=$(comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed"))
  [[ -z $missing ]] && return 0

  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
      echo "./dev: install these packages, or run this as root or with sudo installed: ${missing//$'\n'/ }" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "./dev: installing ${missing//$'\n'/ }"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600) output
  # shellcheck disable=SC2086  # one word a package
  output=$("${apt[@]}" update </dev/null 2>&1 && "${apt[@]}" install -y --no-install-recommends $missing </dev/null 2>&1) || {
    printf '%s\n./dev: the packages could not be installed\n' "$output" >&2
    return 1
  }
  local services
  mapfile -t services < <(unwanted_services <<<"$missing")
  if [[ ${#services[@]} -gt 0 && -d /run/systemd/system ]]; then
    "${as_root[@]}" systemctl --quiet disable --now "${services[@]}" ||
      echo "./dev: these services run now, and nothing here needs them: ${services[*]}" >&2
  fi
}

# unwanted_services: prints the services that Debian starts for the packages on standard input. Tests start these programs themselves, on
# other ports. A service that was installed before keeps running, because its package is not among the missing ones.
unwanted_services() {
  local package
  while read -r package; do
    case $package in
      nginx-light) echo nginx ;;
      haproxy | caddy | pgbouncer | prometheus | patroni | redis-server) echo "$package" ;;
      etcd-server) echo etcd ;;
    esac
  done
}
