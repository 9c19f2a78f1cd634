# ./dev bench

source scripts/postgres_cluster.sh

bench_usage() {
  cat <<'TEXT'
usage: ./dev bench [scenario...] [--seconds N] [--rounds N] [--full] [--against BINARY] [--list]

Compares Gatehouse with other programs on this machine, both in the same run, and prints one table: the scenario, both numbers, their
ratio, the goal, and whether it is met. A second table says what this machine can carry, as far as that was measured. If every scenario
was run, both are also written to bench/results.md.

  --seconds N  length of one measurement (default 5)
  --rounds N   how often the two sides take turns; the table shows medians (default 5)
  --full       use 10 million users and 50 million sessions instead of 1 and 5 million in the scenario with large tables
  --against BINARY
               compare only with another build of the service: checks, logins, idle memory
  --list       list the scenarios
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
