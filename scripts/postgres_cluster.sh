# A separate PostgreSQL cluster for tests and measurements: in a temporary folder, on a free port, removed afterwards.
# The system's cluster, if one runs, is neither used nor touched.

postgres_folder=
postgres_port=

# as_postgres <command>...: PostgreSQL refuses to run as root.
as_postgres() {
  if [[ $(id -u) -eq 0 ]]; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

postgres_programs() { printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1; }

# A port below those that the kernel gives to clients, so that no client has taken it when the cluster starts.
free_port() {
  local port
  for _ in {1..100}; do
    port=$((15000 + RANDOM % 17000))
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  return 1
}

# start_postgres [setting]...: each as name=value. Exports GATEHOUSE_TEST_POSTGRES, the URL of its maintenance database.
start_postgres() {
  local programs setting
  programs=$(postgres_programs)
  postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-postgres.XXXXXX")
  [[ $(id -u) -ne 0 ]] || chown postgres "$postgres_folder"
  postgres_port=$(free_port)
  (cd / && as_postgres "$programs/initdb" -D "$postgres_folder/cluster" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
    --no-sync) >"$postgres_folder.log" 2>&1 || { cat "$postgres_folder.log" >&2; return 1; }
  for setting in "listen_addresses=127.0.0.1" "port=$postgres_port" "unix_socket_directories=$postgres_folder" \
    "max_connections=300" "shared_buffers=256MB" "$@"; do
    printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"
  done | as_postgres tee -a "$postgres_folder/cluster/postgresql.conf" >/dev/null
  (cd / && as_postgres "$programs/pg_ctl" -D "$postgres_folder/cluster" -l "$postgres_folder/server.log" -w -s start \
    </dev/null >>"$postgres_folder.log" 2>&1) || { cat "$postgres_folder.log" "$postgres_folder/server.log" >&2; return 1; }
  export GATEHOUSE_TEST_POSTGRES="postgresql://postgres@127.0.0.1:$postgres_port/postgres"
}

stop_postgres() {
  [[ -n $postgres_folder ]] || return 0
  (cd / && as_postgres "$(postgres_programs)/pg_ctl" -D "$postgres_folder/cluster" -m immediate -s stop) 2>/dev/null || true
  rm -rf "$postgres_folder" "$postgres_folder.log"
  postgres_folder=
}
