# The first process of a cluster: its mounts, and then it waits for the end of standard input and reaps what was left.
set -e
exec 3<&0
# what node programs leave at fixed places is this cluster's own
for folder in /run /var/log /var/lib; do mount -t tmpfs none $folder; done
# the same again, as seen from the cluster's own group
umount /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
echo up
cat <&3 >/dev/null &
wait $!
