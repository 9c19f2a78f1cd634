# ./dev manifests

# The oldest and the newest version for which the manifests are checked.
kubernetes_versions=(1.29 1.37)

manifests_usage() {
  cat <<'TEXT'
usage: ./dev manifests

Checks kubernetes/ against Kubernetes' own schemas, strictly, with kubernetes-validate from PyPI, installed in build/venv/. What
needs no such tool is tested by ./dev test.
TEXT
}

manifests_command() {
  [[ $# -eq 0 ]] || { manifests_usage >&2; return 2; }
  ensure_packages "${packages_manifests[@]}"
  local venv=build/venv/kubernetes version files=()
  [[ -x $venv/bin/kubernetes-validate ]] || {
    python3 -m venv "$venv"
    "$venv/bin/pip" -q install "kubernetes-validate==1.37.0"
  }
  mapfile -t files < <(find kubernetes -name '*.yaml' ! -name kustomization.yaml | sort)
  for version in "${kubernetes_versions[@]}"; do
    "$venv/bin/kubernetes-validate" --strict --kubernetes-version "$version" --quiet "${files[@]}"
    echo "./dev manifests: ${#files[@]} files are valid for Kubernetes $version"
  done
}
