# ./dev pictures

source scripts/postgres_cluster.sh

pictures_usage() {
  cat <<'TEXT'
usage: ./dev pictures [terminal | dashboard]

Makes the pictures of README.md, docs/pictures/terminal.svg and docs/pictures/dashboard.svg, and prints their paths. What they show is
real: the first login of README.md, next to `./dev serve`; and panels of deploy/grafana/gatehouse.json, drawn from what Prometheus
measured on two replicas in a minute and a half of simulated use. It takes about two minutes, uses free ports of 127.0.0.1 and a temporary
folder, and leaves nothing else behind.

  terminal, dashboard   make only this one
TEXT
}

pictures_folder=docs/pictures

pictures_command() {
  local wanted=(terminal dashboard) name picture
  case $# in
    0) ;;
    1) wanted=("$1") ;;
    *) echo "./dev pictures: too many arguments" >&2; pictures_usage >&2; return 2 ;;
  esac
  [[ ${wanted[0]} =~ ^(terminal|dashboard)$ ]] || { echo "./dev pictures: there is no picture '$1'" >&2; pictures_usage >&2; return 2; }
  ensure_packages "${packages_pictures[@]}"
  compile release gatehouse
  mkdir -p "$pictures_folder"
  trap stop_postgres EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  for name in "${wanted[@]}"; do
    [[ $name != dashboard ]] || start_postgres shared_buffers=64MB
    picture=$pictures_folder/$name.svg
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=scripts /usr/bin/python3 -m pictures.run build/release/gatehouse "$name" "$picture"
    echo "$picture"
  done
}
