#!/usr/bin/env bash
# A Xandikos of its own on the loopback, for tests: CardDAV and CalDAV on PORT,
# everything it writes below DIR.
#
#   eval "$(xandikos.sh start DIR [PORT])"   sets LOCKSTEP_XANDIKOS for go test
#   xandikos.sh stop DIR
#
# LOCKSTEP_XANDIKOS is URL,USER,PASSWORD. It has no login and one user, alice,
# whoever asks, with homes at /alice/contacts/ and /alice/calendars/ that begin
# empty. A DIR that was filled before is kept as it is.
set -euo pipefail

usage() { echo "usage: $(basename "$0") start DIR [PORT] | stop DIR" >&2; exit 2; }
CMD=${1:-} DIR=${2:-} PORT=${3:-${PORT:-14332}}
[ -n "$DIR" ] || usage

stop() { # ends the process of the PID file, and only that
	local file=$DIR/xandikos.pid pid
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
if ! command -v xandikos >/dev/null; then
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends xandikos >&2
fi
stop

setsid xandikos -d "$DIR/collections" --autocreate --current-user-principal /alice/ -l 127.0.0.1 -p "$PORT" >"$DIR/xandikos.log" 2>&1 </dev/null &
echo $! >"$DIR/xandikos.pid"
for _ in $(seq 150); do
	kill -0 "$(cat "$DIR/xandikos.pid")" 2>/dev/null || break
	if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
		echo "LOCKSTEP_XANDIKOS=http://127.0.0.1:$PORT/,alice,secret"
		echo "export LOCKSTEP_XANDIKOS"
		exit 0
	fi
	sleep .1
done
echo "xandikos did not open port $PORT; see $DIR/xandikos.log" >&2
exit 1
