# Runs "$@" in a world, and cleans up behind it; ends the world when standard input ends or a signal comes.
# it may be there already: a second time is refused
mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null || grep -q ' /sys/fs/cgroup cgroup2 ' /proc/self/mounts || exit 1
group=/sys/fs/cgroup/$MESHCTL_E2E_GROUP
mkdir "$group" && mkdir -m 0700 "$MESHCTL_E2E_FOLDER" || exit 1
exec 3<&0
setpriv --pdeathsig KILL unshare --net --pid --fork --kill-child --mount --propagation private --mount-proc "$@" </dev/null 3<&- &
world=$!
trap 'kill -KILL $world 2>/dev/null' INT TERM HUP
{ cat <&3 >/dev/null; kill -KILL $world; } >/dev/null 2>&1 &
watcher=$!
{ wait $world; } 2>/dev/null
code=$?
while kill -0 $world 2>/dev/null; do { wait $world; } 2>/dev/null; done
kill $watcher 2>/dev/null
# the kernel is still ending what was in it
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
  [ -d "$group" ] || break
  sleep 0.1
done
rm -rf --one-file-system "$MESHCTL_E2E_FOLDER"
exit $code
