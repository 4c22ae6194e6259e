# The resident shell of a node: runs jobs that the provider writes to its standard input as calls of the functions
# below, so that starting a process costs the fork of a small shell and not of a large one.
#
# In, for each call:   its length in bytes on a line of its own, then the call (read in one go: bash reads a script from
#                      a pipe byte by byte)
# Out, a line each:  P id pgid            the job has started, in a process group of its own
#                    E id text            a line of a long-running job's standard error
#                    X id status s e      the job has ended; start and end, seconds with microseconds
# Standard output and error of a job are in /lab/<id>.o and /lab/<id>.e.
set -m
end_jobs() { for pgid in $(jobs -p); do kill -KILL -- "-$pgid" 2> /dev/null; done; }
trap end_jobs EXIT
# job id timeout-less command…: standard input is what the caller redirects.
job() {
  local id=$1
  shift
  { s=$EPOCHREALTIME; "$@" > "/lab/$id.o" 2> "/lab/$id.e"; r=$?; echo "X $id $r $s $EPOCHREALTIME"; } &
  echo "P $id $!"
}
# tap id command…: long-running; its standard error is passed on line by line as it comes.
tap() {
  local id=$1
  shift
  {
    trap : INT TERM
    s=$EPOCHREALTIME
    "$@" 2>&1 > "/lab/$id.o" < /dev/null | (
      trap '' INT TERM
      while IFS= read -r line; do echo "E $id $line"; done
    )
    r=${PIPESTATUS[0]}
    echo "X $id $r $s $EPOCHREALTIME"
  } &
  echo "P $id $!"
}
kill_job() { kill "-$2" -- "-$1" 2> /dev/null; }
while IFS= read -r length && IFS= read -r -N "$length" call; do eval "$call"; done
