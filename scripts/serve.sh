# ./dev serve

source scripts/docs.sh

serve_usage() {
  cat <<'TEXT'
usage: ./dev serve [--no-watch] [-- argument...]

Builds the service and runs it until Ctrl-C, on http://127.0.0.1:8000 (set HOST and PORT to change that), with an SQLite database
in data/. A change in src/, migrations/, seeds/ or api/ rebuilds and restarts it; if a build fails, the previous version keeps running.
A change to .env restarts it. The log is readable lines on a terminal and JSON otherwise (LOG_FORMAT).

The reference of the HTTP interface is on http://127.0.0.1:8001/docs/ (DOCS_PORT), once `./dev docs` has installed the tools that
make it: this command installs nothing for it, and starts without a network.

The first start writes secrets to data/dev.env; values from the environment or from .env in this folder take precedence. Arguments
after -- go to `gatehouse serve`; with `-- --env-file FILE` that file is read instead of .env.

  --no-watch   do not watch the sources, and do not restart
TEXT
}

settings_file=.env
settings_seen=
server_pid=
server_stopping=
start_answer_seconds=30
reference_site=build/served
reference_pid=

serve_command() {
  local watch=yes
  while [[ $# -gt 0 ]]; do
    case $1 in
      --no-watch) watch= ;;
      --) shift; break ;;
      *) echo "./dev serve: unknown option '$1'" >&2; serve_usage >&2; return 2 ;;
    esac
    shift
  done
  find_settings_file "$@"
  refuse_taken_port
  ensure_packages "${packages_build[@]}"
  mkdir -p build data
  touch build/.served
  compile release gatehouse
  make_secrets

  trap stop_server INT TERM HUP
  trap stop_reference EXIT
  start_server "$@"
  if wait_for_answer; then introduce || true; fi  # a Ctrl-C meanwhile ends what introduces, and not the script
  [[ -n $watch ]] && watch_sources "$@"
  end_with_server
}

# find_settings_file <argument>...: the settings file that `gatehouse serve` reads with these arguments.
find_settings_file() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --env-file) settings_file=${2:-} ;;
      --env-file=*) settings_file=${1#*=} ;;
    esac
    shift
  done
}

# setting <NAME> <default>: a setting as the program reads it: from the environment, then from its file, with GATEHOUSE_ first.
setting() {
  local name
  for name in "GATEHOUSE_$1" "$1"; do
    [[ -z ${!name:-} ]] || { printf '%s' "${!name}"; return; }
  done
  local value=
  [[ ! -f $settings_file ]] || value=$(
    sed -nE "s/^[[:blank:]]*(export[[:blank:]]+)?(GATEHOUSE_)?$1[[:blank:]]*=[[:blank:]]*//p" "$settings_file" | tail -n 1 |
      sed -E "s/\r\$//; /^[\"'\`]/! s/#.*//; s/[[:blank:]]+\$//; s/^([\"'\`])([^\"'\`]*)\1.*\$/\2/"
  )
  printf '%s' "${value:-$2}"
}

make_secrets() {
  [[ -s data/dev.env ]] && return
  local secrets
  if ! secrets=$(build/release/gatehouse secrets generate | grep -E '^(API_KEY|JWT_SECRET|SESSION_SECRET)='); then
    echo "./dev: \`gatehouse secrets generate\` printed no secrets" >&2
    return 1
  fi
  (umask 077 && printf '%s\n' "$secrets" >data/dev.env)
  echo "./dev: wrote new secrets to data/dev.env"
}

# refuse_taken_port: says whose it is, so that nobody waits for a build first.
refuse_taken_port() {
  local host port owner
  host=$(setting HOST 127.0.0.1)
  port=$(setting PORT 8000)
  [[ $host != 0.0.0.0 && $host != :: ]] || host=127.0.0.1
  (: <"/dev/tcp/$host/$port") 2>/dev/null || return 0
  owner=$(port_owner "$port")
  echo "./dev serve: port $port is in use${owner:+ by $owner}" >&2
  echo "Stop it, or choose another port: PORT=$((port + 1)) ./dev serve" >&2
  return 1
}

# port_owner <port>: the process that listens there and its folder; nothing if this user may not see it.
port_owner() {
  local inode descriptor process
  inode=$(awk -v port="$(printf ':%04X' "$1")" '$2 ~ port "$" && $4 == "0A" { print $10; exit }' /proc/net/tcp /proc/net/tcp6 2>/dev/null)
  [[ -n $inode ]] || return 0
  descriptor=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" -print -quit 2>/dev/null || true)
  [[ -n $descriptor ]] || return 0
  process=$(cut -d / -f 3 <<<"$descriptor")
  printf 'process %s (%s) in %s' "$process" "$(tr '\0' ' ' <"/proc/$process/cmdline" | sed 's/ $//')" "$(readlink "/proc/$process/cwd")"
}

# Exports only the secrets that neither the environment nor the settings file sets, as a value or as the path of a file.
export_secrets() {
  local line name
  while IFS= read -r line; do
    name=${line%%=*}
    [[ -n $(setting "$name" "") || -n $(setting "${name}_FILE" "") ]] || export "${line?}"
  done <data/dev.env
}

# The server gets its own process group, so that Ctrl-C reaches it only once, through this script. The secrets are exported for it
# alone: by its next start, the settings file may contain others.
start_server() {
  settings_seen=$(settings_mark)
  set -m
  (export_secrets && exec build/release/gatehouse serve "$@") &
  server_pid=$!
  set +m
}

# stop_server: what Ctrl-C does. A second Ctrl-C does not wait for requests in flight.
stop_server() {
  local signal=TERM
  [[ -z $server_stopping ]] || signal=KILL
  server_stopping=yes
  [[ -z $server_pid ]] || kill "-$signal" "$server_pid" 2>/dev/null || true
}

server_runs() { kill -0 "$server_pid" 2>/dev/null; }

# pause: waits one second, or less if a signal arrives.
pause() { sleep 1 & wait $! || true; }

service_url() {
  local scheme=http host
  [[ -z $(setting TLS_CERT "") ]] || scheme=https
  host=$(setting HOST 127.0.0.1)
  [[ $host == 0.0.0.0 ]] && host=127.0.0.1
  printf '%s' "$scheme://$host:$(setting PORT 8000)"
}

# answers: succeeds if GET /health is a 200. The certificate may be for another name.
answers() { curl -skf -o /dev/null --max-time 2 "$(service_url)/health"; }

# wait_for_answer: fails if the server ended, is being stopped, or does not answer in time.
wait_for_answer() {
  local attempt
  for ((attempt = 0; attempt < start_answer_seconds * 10; attempt++)); do
    if [[ -n $server_stopping ]] || ! server_runs; then return 1; fi
    answers && return 0
    sleep 0.1
  done
  echo "./dev: the service does not answer GET /health with 200 yet" >&2
  return 1
}

# serve_reference: serves the page of the HTTP interface beside the service; if it cannot, it says why and fails.
serve_reference() {
  local port=${DOCS_PORT:-8001}
  if ! has_reference_tools; then
    echo "\`./dev docs\` shows the reference of the HTTP interface. After that, it is shown here, too."
    return 1
  fi
  if ! (check_docs_address 127.0.0.1 "$port") 2>/dev/null; then
    echo "The reference of the HTTP interface is not shown: port $port is in use or invalid (DOCS_PORT)."
    return 1
  fi
  rm -rf "$reference_site"
  mkdir -p "$reference_site/docs"
  if ! make_reference "$reference_site/docs" || ! refresh_reference; then
    echo "The reference of the HTTP interface could not be made; run \`./dev docs\` to see why." >&2
    return 1
  fi
  # It gets its own process group, as the service does: Ctrl-C ends it through this script.
  set -m
  /usr/bin/python3 scripts/docs/serve.py "$reference_site" 127.0.0.1 "$port" >/dev/null &
  reference_pid=$!
  set +m
  echo "The reference of the HTTP interface is on http://127.0.0.1:$port/docs/"
}

# refresh_reference: fetches the description that the running service serves.
refresh_reference() {
  curl -skf -o "$reference_site/docs/openapi.yaml" --max-time 10 "$(service_url)/openapi.yaml" &&
    describe_reference "$reference_site/docs"
}

stop_reference() { [[ -z $reference_pid ]] || kill "$reference_pid" 2>/dev/null || true; }

introduce() {
  local key
  key=$(export_secrets && setting API_KEY "")
  [[ -n $key ]] || key=$(head -n 1 "$(setting API_KEY_FILE /dev/null)")
  key=${key%%,*}
  printf '\nGatehouse answers on %s     API key: %s     Press Ctrl-C to stop it.\n\n' "$(service_url)" "$key"
  [[ -n $reference_pid ]] || serve_reference || true
  [[ $(setting APP_ENV "$(setting NODE_ENV development)") == development ]] || return 0  # only development has seeded users
  cat <<TEXT
  curl -H 'X-API-Key: $key' -H 'Content-Type: application/json' \\
       -d '{"email":"john@example.com","password":"password123"}' $(service_url)/user-auth

TEXT
}

sources_changed() {
  [[ -n $(find src migrations seeds api cmake CMakeLists.txt CMakePresets.json -newer build/.served -print -quit 2>/dev/null) ]]
}

# settings_mark: differs after every edit of the settings file, also after one that makes or removes it.
settings_mark() { stat -Lc '%i %.Y' "$settings_file" 2>/dev/null || echo none; }

# watch_sources: rebuilds and restarts on changes; returns when the server ends by itself.
watch_sources() {
  while [[ -z $server_stopping ]] && server_runs; do
    pause
    [[ -z $server_stopping ]] || return 0
    if sources_changed; then
      rebuild_server "$@"
    elif [[ $(settings_mark) != "$settings_seen" ]]; then
      echo "./dev: $settings_file changed"
      restart_with_settings "$@"
    fi
  done
}

rebuild_server() {
  touch build/.served
  echo "./dev: a source file changed; building"
  if compile release gatehouse; then
    restart_server "$@" || true
  elif [[ -z $server_stopping ]]; then
    echo "./dev: build failed; still running the previous version" >&2
  fi
}

# restart_server <argument>...: fails if the server does not answer.
restart_server() {
  [[ -z $server_stopping ]] || return 1
  kill -TERM "$server_pid" 2>/dev/null || true
  wait "$server_pid" || true
  start_server "$@"
  wait_for_answer || return 1
  [[ -z $reference_pid ]] || refresh_reference || true
  echo "./dev: restarted"
}

# restart_with_settings <argument>...: if the server does not start after an edit, waits for the next one.
restart_with_settings() {
  if restart_server "$@"; then introduce || true; fi
  while [[ -z $server_stopping ]] && ! server_runs; do
    echo "./dev: the service did not start; waiting for the next change of $settings_file" >&2
    while [[ -z $server_stopping && $(settings_mark) == "$settings_seen" ]]; do pause; done
    if restart_server "$@"; then introduce || true; fi
  done
}

# end_with_server: loops, because a signal cuts the wait short while the server is still finishing.
end_with_server() {
  local status=0
  while server_runs; do wait "$server_pid" || true; done
  wait "$server_pid" || status=$?
  exit "$status"
}
