# ./dev sbom

sbom_usage() {
  cat <<'TEXT'
usage: ./dev sbom

Builds the service and writes build/sbom.cdx.json: every Debian package with code in build/release/gatehouse, and its version, in
the CycloneDX 1.5 format.
TEXT
}

sbom_command() {
  [[ $# -eq 0 ]] || { sbom_usage >&2; return 2; }
  ensure_packages "${packages_build[@]}" python3 binutils
  compile release gatehouse
  /usr/bin/python3 scripts/sbom.py build/release build/sbom.cdx.json
}
