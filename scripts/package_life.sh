#!/usr/bin/env bash
# Installs, upgrades, removes and purges the Debian package in a new system; run by ./dev package --verify in a chroot.
set -euo pipefail

secrets=/etc/gatehouse/secrets.env
settings=/etc/gatehouse/gatehouse.env
unit=$(dpkg-deb -c /packages/new.deb | awk '/gatehouse\.service$/ { print substr($NF, 2) }')

say() { echo "   $*"; }
fail() { echo "   WRONG: $*" >&2; exit 1; }

# quietly <command>...: shows its output only if it fails.
quietly() { "$@" >/tmp/log 2>&1 || { cat /tmp/log >&2; fail "$*"; }; }

port=$((20000 + RANDOM % 10000))

# become_service <command>...: runs gatehouse with the unit's user, folder and files. Does not return.
become_service() {
  set -a
  # shellcheck source=/dev/null
  source "$settings"
  # shellcheck source=/dev/null
  source "$secrets"
  PORT=$port
  cd /var/lib/gatehouse
  exec setpriv --reuid=gatehouse --regid=gatehouse --clear-groups /usr/bin/gatehouse "$@"
}

as_service() (become_service "$@")

# serve_once: the service starts, is ready, and ends when it is told to.
serve_once() {
  local service second
  install -d -m 700 -o gatehouse -g gatehouse /var/lib/gatehouse
  become_service serve >/tmp/service.log 2>&1 &
  service=$!
  for ((second = 0; second < 60; second++)); do
    as_service health --ready >/dev/null 2>&1 && break
    sleep 1
  done
  as_service health --ready >/dev/null || { cat /tmp/service.log >&2; fail "the service is not ready"; }
  kill -TERM "$service"
  wait "$service" || fail "the service ended with $?"
}

quietly apt-get -q update
quietly apt-get -q install -y --no-install-recommends /packages/old.deb
[[ $(stat -c '%U:%G %a' $secrets) == 'root:gatehouse 640' ]] || fail "$(stat -c '%U:%G %a' $secrets) $secrets"
grep -q '^API_KEY=.' $secrets || fail "there is no API_KEY in $secrets"
[[ $(stat -c '%U:%G %a' $settings) == 'root:root 644' ]] || fail "$(stat -c '%U:%G %a' $settings) $settings"
getent passwd gatehouse | grep -q ':/var/lib/gatehouse:/usr/sbin/nologin$' || fail "the user gatehouse is missing or not as it should be"
[[ -L /etc/systemd/system/multi-user.target.wants/gatehouse.service ]] || fail "the unit is not enabled"
runuser -u nobody -- cat $secrets 2>/dev/null && fail "everybody can read $secrets"
say "installed: user, unit, settings, secrets"

quietly systemd-analyze verify --man=no --recursive-errors=no "$unit"
serve_once
say "the service runs as its user"

cp $secrets /tmp/secrets.before
sed -i 's/^#ALLOWED_ORIGINS=.*/ALLOWED_ORIGINS=https:\/\/app.example.org/' $settings
quietly apt-get -q install -y --no-install-recommends /packages/new.deb
cmp -s $secrets /tmp/secrets.before || fail "the upgrade changed the secrets"
grep -q '^ALLOWED_ORIGINS=https://app.example.org$' $settings || fail "the upgrade changed the settings"
grep -q 'of an older version' "$unit" && fail "the upgrade kept the old unit"
serve_once
say "upgraded: settings, secrets and the database are kept"

[[ -s /var/lib/gatehouse/data/gatehouse.db ]] || fail "there is no database"
quietly apt-get -q remove -y gatehouse
[[ -e $secrets && -e $settings && ! -e /usr/bin/gatehouse ]] || fail "removing deleted the settings, or kept the program"
quietly apt-get -q purge -y gatehouse
[[ ! -e /etc/gatehouse ]] || fail "/etc/gatehouse is left: $(ls /etc/gatehouse)"
[[ ! -L /etc/systemd/system/multi-user.target.wants/gatehouse.service ]] || fail "the unit is still enabled"
[[ -s /var/lib/gatehouse/data/gatehouse.db ]] || fail "the purge deleted the database"
dpkg -l gatehouse 2>/dev/null | grep -q '^[a-z]c' && fail "configuration is left"
say "purged: only the database is kept"

quietly apt-get -q install -y --no-install-recommends /packages/new.deb
serve_once
say "installed again, on the database that was kept"
