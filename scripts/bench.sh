# ./dev bench

source scripts/postgres_cluster.sh

bench_usage() {
  cat <<'TEXT'
usage: ./dev bench [scenario...] [--seconds N] [--rounds N] [--full] [--list]

Measures Gatehouse against peers and floors on this machine, both sides in the same run, and prints one table: scenario, both
numbers, their ratio, the goal, whether it is met. The table is also written to bench/results.md, when every scenario was run.

  --seconds N  how long one measurement takes (5)
  --rounds N   how often the two sides take turns; medians count (5)
  --full       the scale scenario on 10 million users and 50 million sessions instead of 1 and 5
  --list       name the scenarios
TEXT
}

bench_command() {
  ensure_packages "${packages_bench[@]}"
  if [[ " $* " != *" --list "* ]]; then
    compile_with BENCH release gatehouse bench_programs
    trap stop_postgres EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    start_postgres shared_buffers=2GB max_wal_size=8GB autovacuum=off
  fi
  PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 bench/run.py "$@"
}
