# Makes new Debian systems in folders, for the commands that try something in one. Needs root.

# apt_sources <release>: lines for sources.list, from the places where this machine's own packages come from.
apt_sources() {
  local here suite uri
  here=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016  # apt expands it
  apt-get indextargets --format '$(REPO_URI) $(CODENAME)' "Created-By: Packages" | sort -u | while read -r uri suite; do
    [[ $suite == "$here" || $suite == "$here"-* ]] && echo "deb $uri ${suite/#$here/$1} main"
  done
}

# make_debian_tree <release> <folder> <package,package...>: the smallest system, these packages, and this machine's settings of apt.
make_debian_tree() {
  local sources mirror
  sources=$(apt_sources "$1")
  mirror=$(awk -v suite="$1" '$3 == suite { print $2; exit }' <<<"$sources")
  [[ -n $mirror ]] || { echo "apt on this machine has no source of Debian's packages"; return 1; }
  debootstrap --variant=minbase --include="$3" "$1" "$2" "$mirror" || return
  printf '%s\n' "$sources" >"$2/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(https?|Retries|Check-)' >"$2/etc/apt/apt.conf.d/99machine" || true
  echo force-unsafe-io >"$2/etc/dpkg/dpkg.cfg.d/quick"  # nobody minds if this system does not outlive a power cut
  cp -L /etc/resolv.conf /etc/hosts "$2/etc/"
}
