# The network of a world: a bridge, a network namespace for each cluster, and every pod reachable from everywhere.
set -e
# names of namespaces and sockets go here, not on the machine
mount -t tmpfs none /run
mkdir /run/netns
ip link set lo up
ip link add mesh type bridge
ip addr add 172.30.0.254/24 dev mesh
ip link set mesh up
number=1
for name in gke on-prem; do
  other=$((3 - number))
  ip netns add $name
  ip -n $name link set lo up
  ip link add port$number type veth peer name eth0 netns $name
  ip link set port$number master mesh up
  ip -n $name addr add 172.30.0.$number/24 dev eth0
  ip -n $name link set eth0 up
  # a service's address needs a route before it is translated
  ip -n $name route add default via 172.30.0.254
  ip -n $name route add 10.244.$other.0/24 via 172.30.0.$other
  ip route add 10.244.$number.0/24 via 172.30.0.$number
  nsenter --net=/run/netns/$name sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  number=2
done
