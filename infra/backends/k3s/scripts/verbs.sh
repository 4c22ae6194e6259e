# Does what was asked for.
case $verb in
  check | claim | state | announce | joined | uninstall | release) $verb ;;
  install) install_k3s ;;
  kubeconfig) show "$root/etc/rancher/k3s/k3s.yaml" ;;
  token) show "$data/server/node-token" ;;
  *) echo "k3s.sh: there is no verb $verb" >&2; exit 2 ;;
esac
exit 0
