# Takes the machine for one lab, and lets the vendor's installer put K3s on it.
claim() {
  check
  if marked; then return; fi
  umask 022
  mkdir -p "$root/etc/rancher"
  if [ -e "$root/etc/rancher/node" ]; then had_node=yes; else had_node=no; fi
  # noclobber: of two that come at once, one gets it.
  (set -C; umask 077; printf '%s\nnode %s\n' "$id" "$had_node" > "$mark") 2>/dev/null || {
    marked || refuse "this machine was just taken by another lab ($mark)" 'take that one down first'
  }
}

fetch() {
  if command -v curl >/dev/null; then curl -sfL -o "$2" "$1"; return; fi
  if command -v wget >/dev/null; then wget -qO "$2" "$1"; return; fi
  refuse 'neither curl nor wget is here to get the installer with' 'install one, or give installer and binary'
}

install_k3s() {
  check
  marked || refuse 'this machine was not claimed for this lab' 'this is a mistake in the program'
  umask 077
  mkdir -p "${config%/*}" || refuse "cannot make ${config%/*}" 'see the message above'
  cat > "$config.new" && mv "$config.new" "$config" || refuse "cannot write $config" 'see the message above'
  umask 022
  mkdir -p "$bin"
  skip=
  if [ -n "$binary" ]; then
    [ -r "$binary" ] || refuse "there is no file $binary to be installed as k3s" 'correct the path'
    cp "$binary" "$bin/k3s.new" && chmod 755 "$bin/k3s.new" && mv "$bin/k3s.new" "$bin/k3s" ||
      refuse "cannot write $bin/k3s" 'see the message above'
    skip=true
  fi
  if [ -n "$images" ]; then
    [ -r "$images" ] || refuse "there is no file $images with images" 'correct the path'
    mkdir -p "$data/agent/images" && cp "$images" "$data/agent/images/" ||
      refuse "cannot write to $data/agent/images" 'see the message above'
  fi
  work=$(mktemp -d) || exit 1
  trap 'rm -rf "$work"' EXIT
  if [ -z "$installer" ]; then
    installer=$work/install.sh
    fetch https://get.k3s.io "$installer" ||
      refuse 'the installer could not be had from https://get.k3s.io' \
        'see whether this machine reaches it, or give installer, binary and images (air-gapped)'
  fi
  [ -r "$installer" ] || refuse "there is no file $installer with the installer" 'correct the path'
  # It takes over whatever begins with K3S_ or CONTAINERD_ in the environment.
  for name in $(env | sed -n 's/^\(\(INSTALL_K3S\|K3S\|CONTAINERD\)_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
  if ! INSTALL_K3S_EXEC=$role INSTALL_K3S_BIN_DIR=$bin INSTALL_K3S_SYSTEMD_DIR=$root/etc/systemd/system \
    INSTALL_K3S_VERSION=$version INSTALL_K3S_SKIP_DOWNLOAD=$skip INSTALL_K3S_SKIP_SELINUX_RPM=$skip \
    sh "$installer" > "$work/log" 2>&1; then
    tail -n 15 "$work/log" >&2
    log_of_service >&2
    refuse "K3s' installer failed on this machine" 'see above what it and the service said'
  fi
  verify
}

log_of_service() {
  if openrc; then tail -n 15 "$root/var/log/$service.log"; else journalctl -u "$service" -n 15 -o cat --no-pager; fi 2>/dev/null
}

active() {
  if openrc; then rc-service "$service" status >/dev/null 2>&1; else systemctl is-active --quiet "$service"; fi
}

verify() {
  if ! active; then
    log_of_service >&2
    refuse "the service $service was installed and does not run" 'see its log above'
  fi
  if [ "$role" = server ] && ! within "$seconds" ready; then
    log_of_service >&2
    refuse "K3s' API was not ready within $seconds s" 'see the log of the service above'
  fi
  # The API is ready before its own node is there.
  node=$(sed -n 's/^node-name: //p' "$config")
  if [ "$role" = server ] && ! within "$seconds" has_range; then
    log_of_service >&2
    refuse "K3s runs, and its node $node has got no range of addresses within $seconds s" 'see the log of the service above'
  fi
  "$bin/k3s" --version | sed -n 1p
}

# What kubectl remembers of the API would else be in root's home, and stay there.
kubectl() { KUBECACHEDIR=$data/kubectl "$bin/k3s" kubectl "$@"; }
ready() { kubectl get --raw /readyz >/dev/null 2>&1; }
has_range() { [ -n "$(kubectl get node "$node" -o 'jsonpath={.spec.podCIDR}' 2>/dev/null)" ]; }

# within <seconds> <command>
within() {
  until=$(($(date +%s) + $1))
  until $2; do
    [ "$(date +%s)" -lt "$until" ] || return 1
    sleep 0.5
  done
}

# Before the node comes, so that it gets the lab's range. Left to itself, Kubernetes may pass over one: its allocator takes the
# next range whenever it hears of a node twice before it sees its own change (1.34, range_allocator.go), and goes on behind it.
announce() {
  ours || refuse 'this machine has no K3s of this lab' 'make the lab anew'
  kubectl delete node "$node" --ignore-not-found >/dev/null &&
    kubectl create -f - >/dev/null <<EOF || refuse "node $node could not be announced" 'see the message above'
{ "apiVersion": "v1", "kind": "Node", "metadata": { "name": "$node" },
  "spec": {
    "podCIDR": "${ranges%%,*}", "podCIDRs": ["$(echo "$ranges" | sed 's/,/", "/')"],
    "taints": [{ "key": "node.cloudprovider.kubernetes.io/uninitialized", "value": "true", "effect": "NoSchedule" }]
  } }
EOF
}

joined() {
  ours || refuse 'this machine has no K3s of this lab' 'make the lab anew'
  within "$seconds" has_range ||
    refuse "node $node has not joined within $seconds s" \
      'see there: journalctl -u k3s-agent; it has to reach this machine at 6443/tcp'
}

