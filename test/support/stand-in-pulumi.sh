#!/bin/sh
# A stand-in for the Pulumi engine: writes down how it was called, and behaves as the files in $STAND_IN_PULUMI say.
#   calls       every command line, one a line (written)
#   signals     every SIGINT it got (written)
#   events      what `up`, `destroy` and `refresh` print
#   stderr      what they say on standard error
#   exit-code   how they end (default 0); exit-code-up: how `up` does
#   leaves      directories by the names of stacks: what a provider would have written there in `up`
#   hang        when it is there, they work until they are interrupted, or the file is gone
#   hang-init   as long as it is there, `stack init` does not end
dir=${STAND_IN_PULUMI:?}
[ "$1" = version ] && echo v3.253.0 && exit 0
# Whoever sees the call may interrupt it at once: what is to happen then must be settled before.
trap 'echo INT >> "$dir/signals"; exit 1' INT
[ "$(cat "$dir/hang" 2> /dev/null)" = deaf ] && trap 'echo INT >> "$dir/signals"' INT
echo "$*" >> "$dir/calls"
case $1 in
up | destroy | refresh) ;;
stack)
  while [ -f "$dir/hang-init" ]; do sleep 0.1; done
  mkdir -p "$dir/state/.pulumi/stacks/cnilab"
  echo '{}' > "$dir/state/.pulumi/stacks/cnilab/$3.json"
  exit 0
  ;;
*) exit 0 ;;
esac
stack="$*" && stack=${stack##*--stack } && stack=${stack%% *}
[ "$1" = up ] && [ -d "$dir/leaves/$stack" ] && mkdir -p "$CNILAB_STATE_DIR/stacks" && cp -r "$dir/leaves/$stack" "$CNILAB_STATE_DIR/stacks"
[ -f "$dir/events" ] && cat "$dir/events"
[ -f "$dir/stderr" ] && cat "$dir/stderr" >&2
if [ -f "$dir/hang" ]; then
  while [ -f "$dir/hang" ]; do sleep 0.1; done
fi
[ "$1" = up ] && [ -f "$dir/exit-code-up" ] && exit "$(cat "$dir/exit-code-up")"
exit "$(cat "$dir/exit-code" 2>/dev/null || echo 0)"
