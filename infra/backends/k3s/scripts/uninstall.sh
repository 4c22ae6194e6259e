# What K3s is doing here, what it gives away, and how it is taken away again.
state() {
  if ! ours || [ -z "$(units)" ]; then echo gone; elif active; then echo running; else echo stopped; fi
}

show() {
  ours || refuse 'this machine has no K3s of this lab' 'make the lab anew'
  cat "$1" || refuse "K3s has not written $1" 'see the log of its service'
}

# Plugins that were here before: the recorder of calls has put them aside (kubernetes/network/call-recorder.ts).
put_plugins_back() {
  own=$root/var/lib/cnilab
  for plugin in "$own"/cni-bin/*; do
    at=$root/opt/cni/bin/${plugin##*/}
    if [ -L "$at" ] || [ "$(head -c 200 "$at" 2>/dev/null | tr -d '\0' | sed -n 2p)" != '# cnilab call recorder' ]; then continue; fi
    if [ -L "$own/cni-links/${plugin##*/}" ]; then plugin=$own/cni-links/${plugin##*/}; fi
    mv -f "$plugin" "$at"
  done
}

# Of the lab's network: leases of pods that were never detached, and everything where it was not taken off while K3s ran.
network_remains() {
  put_plugins_back
  if [ -r "$root/var/lib/cnilab/copied-plugins" ]; then
    while read -r plugin; do rm -f "$root/opt/cni/bin/$plugin"; done < "$root/var/lib/cnilab/copied-plugins"
  fi
  # Of the bandwidth plugin, which is not asked to detach pods that are killed: ifb devices, named by it (plugins/meta/bandwidth).
  for device in "$root"/sys/class/net/bwp*; do
    if [ -e "$device" ]; then ip link del "${device##*/}"; fi
  done
  rm -rf "$root/var/lib/cnilab" "$root/run/cni-ipam-state" "$root/etc/cni/net.d"
  rmdir "$root/etc/cni" "$root/opt/cni/bin" "$root/opt/cni" "$root/run/cnilab" 2>/dev/null
}

uninstall() {
  [ "$(id -u)" = 0 ] || refuse 'K3s can be uninstalled by root only' 'run it as root, or with sudo'
  if ! ours; then return; fi
  if [ -x "$uninstaller" ]; then
    said=$("$uninstaller" 2>&1) || true
  elif [ -n "$(units)" ]; then
    refuse "K3s' own uninstaller $uninstaller is gone, and its service is not: $(units)" \
      'run the vendor’s installer once more, then take the lab down again'
  fi
  # What an installation or an uninstaller that was broken off has left. None of it was here when the machine was claimed.
  for tool in kubectl crictl ctr; do
    if [ "$(readlink "$bin/$tool" 2>/dev/null)" = k3s ]; then rm -f "$bin/$tool"; fi
  done
  if [ -z "$(units)" ]; then
    rm -f "$bin/k3s" "$bin/k3s.new" "$bin/k3s-killall.sh"
    for directory in "$data" "$root/var/lib/kubelet" "$root/run/k3s" "$root/run/flannel" "$root/etc/rancher/k3s"; do
      # Not into a volume that is still mounted there.
      if ! grep -qsF " $directory" /proc/mounts; then rm -rf "$directory"; fi
    done
    rmdir "$root/var/lib/rancher" 2>/dev/null
    network_remains
  fi
  left=$(traces)
  if [ -n "$left" ]; then
    printf '%s\n' "${said:-}" | tail -n 15 >&2
    refuse "K3s was uninstalled, and there still is: $left" 'see above what the uninstaller said; then run it again'
  fi
}

release() {
  uninstall
  if ! marked; then return; fi
  if [ "$(sed -n 's/^node //p' "$mark")" = no ]; then rm -rf "$root/etc/rancher/node"; fi
  rm -f "$mark"
  rmdir "$root/etc/rancher" 2>/dev/null
}

