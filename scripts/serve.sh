# ./dev serve

serve_usage() {
  cat <<'TEXT'
usage: ./dev serve [--no-watch] [-- argument...]

Builds the service and runs it on http://127.0.0.1:8000 (HOST and PORT say otherwise) with an SQLite database below data/,
until Ctrl-C. A change below src/, migrations/, seeds/ or api/ rebuilds and restarts it; while a build fails, the old one goes on.
Secrets are made once, in data/dev.env; the environment and a .env file in this folder go before them. Arguments after -- go to
`gatehouse serve`: after `-- --env-file FILE` that file is read instead of .env.

  --no-watch   neither watch the sources nor restart
TEXT
}

settings_file=.env
server_pid=
server_stopping=
start_answer_seconds=30

serve_command() {
  local watch=yes
  while [[ $# -gt 0 ]]; do
    case $1 in
      --no-watch) watch= ;;
      --) shift; break ;;
      *) echo "./dev serve: there is no option '$1'" >&2; serve_usage >&2; return 2 ;;
    esac
    shift
  done
  ensure_packages "${packages_build[@]}"
  mkdir -p build data
  touch build/.served
  compile release gatehouse
  find_settings_file "$@"
  make_secrets
  export_secrets

  trap stop_server INT TERM
  start_server "$@"
  if wait_for_answer; then introduce; fi
  [[ -n $watch ]] && watch_sources "$@"
  end_with_server
}

# find_settings_file <argument>...: which one `gatehouse serve` with these arguments reads.
find_settings_file() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --env-file) settings_file=${2:-} ;;
      --env-file=*) settings_file=${1#*=} ;;
    esac
    shift
  done
}

# setting <NAME> <default>: as the program reads it: the environment, then its file, with GATEHOUSE_ before the name or without.
setting() {
  local name
  for name in "GATEHOUSE_$1" "$1"; do
    [[ -z ${!name:-} ]] || { printf '%s' "${!name}"; return; }
  done
  local value=
  [[ ! -f $settings_file ]] || value=$(
    sed -nE "s/^[[:blank:]]*(export[[:blank:]]+)?(GATEHOUSE_)?$1[[:blank:]]*=[[:blank:]]*//p" "$settings_file" | tail -n 1 |
      sed -E "s/\r\$//; s/[[:blank:]]+#.*//; s/[[:blank:]]+\$//; s/^[\"'](.*)[\"']\$/\1/"
  )
  printf '%s' "${value:-$2}"
}

make_secrets() {
  [[ -s data/dev.env ]] && return
  local secrets
  if ! secrets=$(build/release/gatehouse secrets generate | grep -E '^(API_KEY|JWT_SECRET|SESSION_SECRET)='); then
    echo "./dev: \`gatehouse secrets generate\` made no secrets" >&2
    return 1
  fi
  (umask 077 && printf '%s\n' "$secrets" >data/dev.env)
  echo "./dev: made new secrets in data/dev.env"
}

# Only what neither the environment nor the file of settings has, be it the secret itself or the path of a file with it.
export_secrets() {
  local line name
  while IFS= read -r line; do
    name=${line%%=*}
    [[ -n $(setting "$name" "") || -n $(setting "${name}_FILE" "") ]] || export "${line?}"
  done <data/dev.env
}

# In a process group of its own, so that Ctrl-C reaches it once, through this script.
start_server() {
  set -m
  build/release/gatehouse serve "$@" &
  server_pid=$!
  set +m
}

# stop_server: what Ctrl-C does; a second one does not wait for requests in flight.
stop_server() {
  local signal=TERM
  [[ -z $server_stopping ]] || signal=KILL
  server_stopping=yes
  [[ -z $server_pid ]] || kill "-$signal" "$server_pid" 2>/dev/null || true
}

server_runs() { kill -0 "$server_pid" 2>/dev/null; }

# pause: one second that a signal may cut short.
pause() { sleep 1 & wait $! || true; }

service_url() {
  local scheme=http host
  [[ -z $(setting TLS_CERT "") ]] || scheme=https
  host=$(setting HOST 127.0.0.1)
  [[ $host == 0.0.0.0 ]] && host=127.0.0.1
  printf '%s' "$scheme://$host:$(setting PORT 8000)"
}

# answers: whether GET /health is a 200. The certificate may be for another name.
answers() { curl -skf -o /dev/null --max-time 2 "$(service_url)/health"; }

# wait_for_answer: 1 when it ended, is being ended, or is silent for too long.
wait_for_answer() {
  local attempt
  for ((attempt = 0; attempt < start_answer_seconds * 10; attempt++)); do
    [[ -z $server_stopping ]] && server_runs || return 1
    answers && return 0
    sleep 0.1
  done
  echo "./dev: the service does not answer GET /health (yet)" >&2
  return 1
}

introduce() {
  local key
  key=$(setting API_KEY "")
  [[ -n $key ]] || key=$(head -n 1 "$(setting API_KEY_FILE /dev/null)")
  key=${key%%,*}
  printf '\nGatehouse answers on %s     API key: %s     Ctrl-C ends it.\n\n' "$(service_url)" "$key"
  [[ $(setting APP_ENV "$(setting NODE_ENV development)") == development ]] || return 0  # nobody is seeded elsewhere
  cat <<TEXT
  curl -H 'X-API-Key: $key' -H 'Content-Type: application/json' \\
       -d '{"email":"john@example.com","password":"password123"}' $(service_url)/user-auth

TEXT
}

sources_changed() {
  [[ -n $(find src migrations seeds api cmake CMakeLists.txt CMakePresets.json -newer build/.served -print -quit 2>/dev/null) ]]
}

# watch_sources: returns when the server ends.
watch_sources() {
  while [[ -z $server_stopping ]] && server_runs; do
    pause
    [[ -z $server_stopping ]] && sources_changed || continue
    touch build/.served
    echo "./dev: a source changed, building"
    if compile release gatehouse; then
      restart_server "$@"
    elif [[ -z $server_stopping ]]; then
      echo "./dev: the build failed; the service of before goes on" >&2
    fi
  done
}

restart_server() {
  [[ -z $server_stopping ]] || return 0
  kill -TERM "$server_pid" 2>/dev/null || true
  wait "$server_pid" || true
  start_server "$@"
  if wait_for_answer; then echo "./dev: restarted"; fi
}

# end_with_server: a signal cuts the wait short while the server is still finishing, hence the loop.
end_with_server() {
  local status=0
  while server_runs; do wait "$server_pid" || true; done
  wait "$server_pid" || status=$?
  exit "$status"
}
