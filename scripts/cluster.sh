# ./dev cluster

cluster_usage() {
  cat <<'TEXT'
usage: ./dev cluster
       ./dev cluster stop
       ./dev cluster failover [--times N] [--ttl SECONDS] [--only FAULT]...

Starts three PostgreSQL servers under Patroni with etcd and synchronous replication, HAProxy, Redis, and three replicas of Gatehouse, all
on free ports of 127.0.0.1, says how to reach each, and stops and removes all of it on Ctrl-C.

  stop           stop it from elsewhere, even if the command itself was killed
  failover       in a separate cluster: take the leader away while people log in and out, and say how long that lasted and whether
                 anything acknowledged was lost; exits with 1 if so
    --times N        how often for each fault (default 1)
    --ttl SECONDS    how long until Patroni considers a silent leader lost (default 20, the least that Patroni 4 allows)
    --only FAULT     killed, stopped, "cut off" or "switched over" (default: each)

As root, everything runs as the user postgres.
TEXT
}

cluster_state=build/cluster.json

cluster_command() {
  local action=up
  case ${1:-} in
    stop | failover)
      action=$1
      shift
      ;;
    '') ;;
    *) echo "./dev cluster: unknown argument '$1'" >&2; cluster_usage >&2; return 2 ;;
  esac
  [[ $action == failover || $# -eq 0 ]] || { echo "./dev cluster: too many arguments" >&2; cluster_usage >&2; return 2; }
  if [[ $action != stop ]]; then
    ensure_packages "${packages_build[@]}" "${packages_cluster[@]}"
    compile release gatehouse
  fi
  mkdir -p build
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=scripts exec /usr/bin/python3 -m cluster.run build/release/gatehouse "$cluster_state" "$action" "$@"
}
