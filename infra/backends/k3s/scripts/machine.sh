# What of K3s is on this machine, and whose it is. The scripts of this directory are run as one, as root, on the machine that is
# to be a node: by the k3s backend here, or over ssh. It puts K3s there and takes it away again.
#
#   k3s.sh check|claim|install|state|kubeconfig|token|announce|joined|uninstall|release  key=value ...
#     id=         of the lab's cluster; whatever has another one, or none, is never touched
#     role=       server or agent
#     version=    as `k3s --version` says it, such as v1.34.4+k3s1; default: the stable channel's
#     installer=  file with the vendor's installer; default: https://get.k3s.io
#     binary=     file to be installed as k3s, instead of a download
#     images=     archive for K3s to load
#     node=       for `announce` and `joined`
#     ranges=     of that node's pods, with a comma between two, for `announce`
#     seconds=    how long to wait for the API or the node
#     root=       where the file system begins (tests)
#
# `install` reads K3s' configuration from standard input: it may hold the join token.
# Exit status 3: one line on standard error says what is the matter, and one what to do.
set -u
verb=${1:-}
shift
id= role=server version= installer= binary= images= node= ranges= seconds=180 root=
for word; do
  case $word in
    id=*) id=${word#*=} ;;
    role=*) role=${word#*=} ;;
    version=*) version=${word#*=} ;;
    installer=*) installer=${word#*=} ;;
    binary=*) binary=${word#*=} ;;
    images=*) images=${word#*=} ;;
    node=*) node=${word#*=} ;;
    ranges=*) ranges=${word#*=} ;;
    seconds=*) seconds=${word#*=} ;;
    root=*) root=${word#*=} ;;
    *) echo "k3s.sh: what is $word?" >&2; exit 2 ;;
  esac
done

if [ "$role" = agent ]; then service=k3s-agent; else service=k3s; fi
bin=$root/usr/local/bin
data=$root/var/lib/rancher/k3s
mark=$root/etc/rancher/cnilab-k3s
config=$root/etc/rancher/k3s/config.yaml.d/50-cnilab.yaml
uninstaller=$bin/$service-uninstall.sh

# refuse <what> <what to do>
refuse() {
  printf '%s\n%s\n' "$1" "$2" >&2
  exit 3
}

existing() {
  for file; do
    if [ -e "$file" ] || [ -L "$file" ]; then printf '%s ' "$file"; fi
  done
}

units() {
  existing "$root"/etc/systemd/system/k3s*.service "$root"/usr/lib/systemd/system/k3s*.service \
    "$root"/lib/systemd/system/k3s*.service "$root"/etc/init.d/k3s*
}

# Whatever an installation consists of (the vendor's installer and uninstaller).
traces() {
  units
  existing "$bin/k3s" "$bin/k3s-killall.sh" "$bin/k3s-uninstall.sh" "$bin/k3s-agent-uninstall.sh" \
    "$root/opt/bin/k3s" "$root/usr/bin/k3s" "$root/etc/rancher/k3s" "$data" "$root/run/k3s"
}

marked() {
  [ -n "$id" ] && [ "$(sed -n 1p "$mark" 2>/dev/null)" = "$id" ]
}

# Ours: marked, and the configuration is the one that we wrote. The uninstaller takes away the service before that file.
ours() {
  marked && { grep -qsx "# cnilab $id" "$config" || [ -z "$(units)" ]; }
}

# What K3s' uninstaller, or the lab's network, would take away although somebody else made it.
endangered() {
  for directory in "$root/var/lib/kubelet" "$root/var/lib/cni" "$root/run/flannel" "$root/etc/kubernetes" \
    "$root/etc/cni/net.d" "$root/run/cni-ipam-state" "$root/var/lib/cnilab"; do
    if [ -n "$(ls -A "$directory" 2>/dev/null)" ]; then printf '%s ' "$directory"; fi
  done
  existing "$root/sys/class/net/cni0" "$root/sys/class/net/flannel.1"
  for tool in kubectl crictl ctr; do
    if [ -L "$bin/$tool" ]; then printf '%s ' "$bin/$tool"; fi
  done
  for family in iptables ip6tables; do
    if $family-save 2>/dev/null | grep -Eiq '^-A .*(KUBE-|CNI-|flannel)'; then printf '%s-rules ' "$family"; fi
  done
}

# Ports in state LISTEN (0A), proc_net_tcp(5): 6443 API, 6444 its local one, 10250 kubelet; and 8472 VXLAN.
busy_ports() {
  for port in 192B:6443 192C:6444 280A:10250; do
    if cat "$root"/proc/net/tcp "$root"/proc/net/tcp6 2>/dev/null | grep -Eq "^ *[0-9]+: [0-9A-F]+:${port%:*} [0-9A-F]+:[0-9A-F]+ 0A "; then
      printf '%s/tcp ' "${port#*:}"
    fi
  done
  if cat "$root"/proc/net/udp "$root"/proc/net/udp6 2>/dev/null | grep -Eq "^ *[0-9]+: [0-9A-F]+:2118 "; then printf '8472/udp '; fi
}

openrc() { [ -x "$root/sbin/openrc-run" ]; }

check() {
  [ "$(id -u)" = 0 ] || refuse 'K3s can be installed by root only' 'run it as root, or with sudo'
  if ours; then return; fi
  if marked; then
    refuse "this machine has a K3s that was not installed by this lab, in place of the one that was: $(units)" \
      "it is left as it is; uninstall it by hand, or remove $mark and choose another machine"
  fi
  if [ -e "$mark" ]; then
    refuse "this machine belongs to another lab ($(sed -n 1p "$mark"))" \
      "take that one down first; if there is none any more, remove $mark"
  fi
  found=$(traces)
  if [ -n "$found" ]; then
    refuse "K3s is installed on this machine already, and not by this lab: $found" \
      'it is left as it is; use backend "existing" with its kubeconfig, or uninstall it (k3s-uninstall.sh)'
  fi
  found=$(endangered)
  if [ -n "$found" ]; then
    refuse "another Kubernetes or CNI is on this machine, and uninstalling K3s would take it along: $found" \
      'use another machine, or another backend'
  fi
  found=$(busy_ports)
  if [ -n "$found" ]; then
    refuse "ports that K3s needs are in use: $found" 'stop what listens there (ss -lntup), or use another machine'
  fi
  if ! openrc && ! [ -d "$root/run/systemd/system" ]; then
    refuse 'neither systemd nor OpenRC runs this machine, and K3s is installed as a service of one of them' \
      'use a machine that was booted with systemd, or another backend'
  fi
}

