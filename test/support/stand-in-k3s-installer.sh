#!/bin/sh
# A stand-in for https://get.k3s.io: leaves what the vendor's installer leaves (files, a service, an uninstaller), under the directory
# that INSTALL_K3S_BIN_DIR is in. Its "K3s" is stand-in-k3s/k3s; systemd is stand-in-k3s/systemctl.
# STAND_IN_STATE: directory of what runs. A file fail-<where> in it makes it fail there: download, unit, start; uninstall, uninstall-later; node: its own never comes.
set -e
state=$STAND_IN_STATE
here=$STAND_IN_DIR
bin=$INSTALL_K3S_BIN_DIR
root=${bin%/usr/local/bin}
role=${INSTALL_K3S_EXEC%% *}
service=k3s
[ "$role" = agent ] && service=k3s-agent
env | grep -E '^(INSTALL_K3S|K3S|CONTAINERD)_' | sort > "$state/installer-env"
echo "$role" >> "$state/installed"
failing() { if [ -e "$state/fail-$1" ]; then echo "[ERROR]  $2" >&2; exit 1; fi; }

if [ "${INSTALL_K3S_SKIP_DOWNLOAD:-}" = true ]; then
  [ -x "$bin/k3s" ] || { echo "[ERROR]  Executable k3s binary not found at $bin/k3s" >&2; exit 1; }
else
  failing download 'Download failed'
  cp "$here/k3s" "$bin/k3s"
  chmod 755 "$bin/k3s"
fi
for tool in kubectl crictl ctr; do ln -sf k3s "$bin/$tool"; done
failing unit 'Killed'
cat > "$bin/k3s-killall.sh" <<EOF
#!/bin/sh
rm -rf '$root/var/lib/cni'
EOF
cat > "$bin/$service-uninstall.sh" <<EOF
#!/bin/sh
set -x
[ -e '$state/fail-uninstall' ] && exit 1
'$bin/k3s-killall.sh'
systemctl stop $service
rm -f '$root/etc/systemd/system/$service.service' '$root/etc/systemd/system/$service.service.env'
trap 'rm -f "$bin/$service-uninstall.sh"' EXIT
[ -e '$state/fail-uninstall-later' ] && exit 1
for tool in kubectl crictl ctr; do if [ -L "$bin/\$tool" ]; then rm -f "$bin/\$tool"; fi; done
rm -rf '$root/etc/rancher/k3s' '$root/run/k3s' '$root/run/flannel' '$root/var/lib/rancher/k3s' '$root/var/lib/kubelet'
rm -f '$bin/k3s' '$bin/k3s-killall.sh'
EOF
chmod 755 "$bin/k3s-killall.sh" "$bin/$service-uninstall.sh"
mkdir -p "$INSTALL_K3S_SYSTEMD_DIR"
echo "ExecStart=$bin/k3s $role" > "$INSTALL_K3S_SYSTEMD_DIR/$service.service"
: > "$INSTALL_K3S_SYSTEMD_DIR/$service.service.env"
if ! systemctl restart $service; then
  echo "Job for $service.service failed because the control process exited with error code." >&2
  exit 1
fi
if [ "$role" = server ] && [ ! -e "$state/fail-node" ]; then
  name=$(sed -n 's/^node-name: //p' "$root/etc/rancher/k3s/config.yaml.d/50-cnilab.yaml")
  echo 10.42.0.0/24 > "$state/node-$name"
fi
