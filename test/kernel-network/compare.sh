#!/bin/sh
# Compares the scenarios of this folder with the running kernel, in a network namespace of their own that has the
# devices, routes and neighbours which they describe. As root; nothing outside of the namespace changes.
set -eu

cd "$(dirname "$0")"
if [ "${1-}" != inside ]; then
	(cd ../.. && node tools/build.mjs cli)
	exec unshare --net sh "./$(basename "$0")" inside
fi

ip link set lo up
for n in 2 3 4; do
	ip link add "d$n" index "$n" address "02:00:00:00:00:0$n" type "${LINK_TYPE:-ifb}"
done
ip link set d3 mtu 1400
ip link set d4 mtu 1280
for n in 2 3 4; do ip link set "d$n" up; done
for n in 2 3; do
	echo 1 >"/proc/sys/net/ipv4/conf/d$n/forwarding"
	echo 1 >"/proc/sys/net/ipv6/conf/d$n/forwarding"
done
ip address add 10.2.0.1/16 dev d2
ip address add 10.3.0.1/16 dev d3
ip address add 2001:db8:2::1/48 dev d2 nodad
ip route add 20.0.0.0/8 via 10.3.0.2 metric 77
ip route add 20.0.0.0/8 via 10.2.0.2 metric 78
ip route add 20.1.0.0/16 via 10.2.0.2 mtu lock 1000
ip route add blackhole 20.2.0.0/16
ip route add unreachable 20.3.0.0/16
ip route add prohibit 20.4.0.0/16
ip route add 20.5.0.0/16 via 10.2.0.9
ip route add 30.0.0.0/8 via 10.2.0.2 table 100
ip -6 route add 2001:db8:3::/48 via 2001:db8:2::2 src 2001:db8:2::1 metric 5
ip -6 route add blackhole 2001:db8:4::/48
ip -6 route add prohibit 2001:db8:5::/48
ip neighbour add 10.2.0.2 lladdr 06:00:00:00:02:02 dev d2 nud permanent
ip neighbour add 10.3.0.2 lladdr 06:00:00:00:03:02 dev d3 nud permanent
ip -6 neighbour add 2001:db8:2::2 lladdr 06:00:00:00:06:02 dev d2 nud permanent

opened=$(mktemp)
node open-sockets.mjs >"$opened" &
sockets=$!
trap 'kill $sockets; rm -f "$opened"' EXIT
tries=0
until grep -q open "$opened" || [ $tries -ge 50 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
${COMPARE:-node ../../dist/cli.cjs compare} ./*.json
