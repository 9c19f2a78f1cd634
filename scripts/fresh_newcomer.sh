#!/usr/bin/env bash
# Does what README.md tells a newcomer to do; run by ./dev verify-fresh in a new system.
set -euo pipefail

start_patience_s=7200

cd "$(mktemp -d)"
git clone -q /srv/gatehouse.git gatehouse
cd gatehouse

# The port may be in use on the machine whose network this system shares.
port=8000
while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done

echo "== ./dev serve"
PORT=$port ./dev serve >serve.log 2>&1 &
serve=$!
for ((second = 0; second < start_patience_s; second++)); do
  grep -q 'Gatehouse answers on' serve.log && break
  kill -0 "$serve" 2>/dev/null || break
  sleep 1
done
grep -q 'Gatehouse answers on' serve.log || { cat serve.log; exit 1; }
key=$(sed -n 's/^API_KEY=//p' data/dev.env)
curl -sf -H "X-API-Key: $key" -H 'Content-Type: application/json' \
  -d '{"email":"john@example.com","password":"password123"}' "http://127.0.0.1:$port/user-auth" >/dev/null
kill -TERM "$serve"
wait "$serve"

echo "== libraries: $(ldd build/release/gatehouse | awk '{ print $1 }' | tr '\n' ' ')"
echo "== ./dev test --quick"
./dev test --quick
