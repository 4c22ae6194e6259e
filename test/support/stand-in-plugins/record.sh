# Sourced by every stand-in: reads standard input and keeps what the plugin was told, one line a call.
read -r config || :
mkdir -p /run/stand-in
printf '%s %s %s\n' "$CNI_COMMAND" "${0##*/}" "${CNI_CONTAINERID:--}" >> /run/stand-in/calls
printf '%s\n' "$config" >> /run/stand-in/configs
result() {
  printf '{"cniVersion":"1.1.0","interfaces":[{"name":"%s","mac":"02:00:00:00:00:01","sandbox":"%s"}],' "$CNI_IFNAME" "$CNI_NETNS"
  printf '"ips":[{"address":"10.9.9.9/24","interface":0}]}\n'
}
