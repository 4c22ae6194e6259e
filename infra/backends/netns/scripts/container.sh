# A container's process: $1 pod, $2 container, then its command; started inside the pod's namespaces.
pod=$1 container=$2
shift 2
if ! command -v -- "$1" > /dev/null 2>&1; then
  echo "missing $pod $container $1"
  exit 127
fi
echo "container $pod $container $$"
exec "$@" < /dev/null > "/run/cnilab/$pod.$container.log" 2>&1
