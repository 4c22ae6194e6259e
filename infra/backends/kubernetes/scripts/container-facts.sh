#!/bin/sh
# What runs on a node: sandboxes and containers, as its container runtime says, else as their cgroups do.
# Runs on a node, as root, in its PID namespace. The output is read by container-facts.ts: sections that begin with "== NAME".
LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin:/opt/bin
export LC_ALL PATH

# The node's own tool. Where this shell has another root (a privileged pod), the node's is that of its first process.
tool() {
  if command -v "$1" > /dev/null; then "$@"; else chroot /proc/1/root "$@"; fi 2> /dev/null < /dev/null
}

# crictl hands a template one object, or a list of them; before 1.31 one after the other.
each() {
  printf '%s' "{{define \"one\"}}$1{{\"\\n\"}}{{end}}" \
    '{{if eq (printf "%.1s" (printf "%T" .)) "["}}{{range .}}{{template "one" .}}{{end}}{{else}}{{template "one" .}}{{end}}'
}

# cri-dockerd has no "info": the template fails, and docker is asked. CRI-O has no pid for a sandbox without a process.
from_crictl() {
  pods=$(tool crictl pods -q --state ready) || return
  containers=$(tool crictl ps -q) || return
  [ -n "$pods$containers" ] || return
  found=
  if [ -n "$pods" ]; then
    line='sandbox {{.status.id}} {{index .info "pid"}} {{.status.metadata.uid}}'
    found=$(tool crictl inspectp -o go-template --template "$(each "$line")" $pods) || return
  fi
  if [ -n "$containers" ]; then
    line='container {{.status.id}} {{index .info "pid"}} {{index .status.labels "io.kubernetes.pod.uid"}}'
    found="$found
$(tool crictl inspect -o go-template --template "$(each "$line")" $containers)" || return
  fi
  printf '== crictl\n%s\n' "$found"
}

from_ctr() {
  for socket in /run/containerd/containerd.sock /run/k3s/containerd/containerd.sock; do
    [ -S "$socket" ] || continue
    tasks=$(tool ctr -a "$socket" -n k8s.io tasks ls) || continue
    sandboxes=$(tool ctr -a "$socket" -n k8s.io containers ls -q 'labels."io.cri-containerd.kind"==sandbox') || continue
    [ -n "$sandboxes" ] || continue
    printf '== ctr sandboxes\n%s\n== ctr tasks\n%s\n' "$sandboxes" "$tasks"
    from_cgroups
    return
  done
  return 1
}

from_docker() {
  containers=$(tool docker ps -q --no-trunc --filter label=io.kubernetes.pod.uid) || return
  [ -n "$containers" ] || return
  kind='{{if eq (index .Config.Labels "io.kubernetes.docker.type") "podsandbox"}}sandbox{{else}}container{{end}}'
  found=$(tool docker inspect --type container \
    --format "$kind {{.Id}} {{.State.Pid}} {{index .Config.Labels \"io.kubernetes.pod.uid\"}}" $containers) || return
  printf '== docker\n%s\n' "$found"
}

# Of each process in a pod: one line of its cgroups, its stat, and once the words of its parent, run together.
from_cgroups() {
  seen=' '
  echo '== processes'
  grep -sHm1 kubepods /proc/[0-9]*/cgroup | while IFS= read -r line; do
    pid=${line#/proc/}
    pid=${pid%%/*}
    { IFS= read -r stat < "/proc/$pid/stat"; } 2> /dev/null || continue
    printf 'cgroup %s %s\nstat %s\n' "$pid" "${line#*cgroup:}" "$stat"
    parent=${stat##*) ? }
    parent=${parent%% *}
    case $seen in *" $parent "*) continue ;; esac
    seen="$seen$parent "
    words=
    # Each word ends in a zero byte, which a shell drops; no newline ends the line, so that read fails.
    { IFS= read -r words < "/proc/$parent/cmdline"; } 2> /dev/null
    printf 'parent %s %s\n' "$parent" "$words"
  done
}

from_crictl || from_ctr || from_docker || from_cgroups
