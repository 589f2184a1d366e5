#!/usr/bin/env bash
# A Radicale of its own on the loopback, for tests: CardDAV and CalDAV on PORT,
# everything it writes below DIR.
#
#   eval "$(radicale.sh start DIR [PORT])"   sets LOCKSTEP_RADICALE for go test
#   radicale.sh stop DIR
#
# LOCKSTEP_RADICALE is URL,USER,PASSWORD. Two users, alice and bob, with the
# password secret, each with a home of their own at /alice/ and /bob/ that begins
# empty. A DIR that was filled before is kept as it is.
set -euo pipefail

usage() { echo "usage: $(basename "$0") start DIR [PORT] | stop DIR" >&2; exit 2; }
CMD=${1:-} DIR=${2:-} PORT=${3:-${PORT:-14232}}
[ -n "$DIR" ] || usage

stop() { # ends the process of the PID file, and only that
	local file=$DIR/radicale.pid pid
	[ -s "$file" ] || return 0
	pid=$(cat "$file")
	rm -f "$file"
	kill "$pid" 2>/dev/null || return 0
	for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || return 0; sleep .1; done
	kill -9 "$pid"
}

case "$CMD" in
stop)
	stop
	exit 0
	;;
start) ;;
*) usage ;;
esac

mkdir -p "$DIR/collections"
DIR=$(cd "$DIR" && pwd)
if ! command -v radicale >/dev/null; then
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends radicale >&2
fi
stop

printf 'alice:secret\nbob:secret\n' >"$DIR/users"
cat >"$DIR/config" <<C
[server]
hosts = 127.0.0.1:$PORT
max_connections = 100
[auth]
type = htpasswd
htpasswd_filename = $DIR/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = $DIR/collections
C
setsid radicale --config "$DIR/config" >"$DIR/radicale.log" 2>&1 </dev/null &
echo $! >"$DIR/radicale.pid"
for _ in $(seq 150); do
	kill -0 "$(cat "$DIR/radicale.pid")" 2>/dev/null || break
	if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
		echo "LOCKSTEP_RADICALE=http://127.0.0.1:$PORT/,alice,secret"
		echo "export LOCKSTEP_RADICALE"
		exit 0
	fi
	sleep .1
done
echo "radicale did not open port $PORT; see $DIR/radicale.log" >&2
exit 1
