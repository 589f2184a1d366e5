#!/usr/bin/env bash
# Runs a command with a Radicale of its own, which LOCKSTEP_RADICALE names, and
# ends with the command's exit code. Needs root where Radicale is not installed.
#
#   with-radicale.sh COMMAND [ARGUMENT...]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -gt 0 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }

work=$(mktemp -d)
finish() {
	"$here/radicale.sh" stop "$work"
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

for port in $(seq 24232 26232); do # one that nobody listens on
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
done
"$here/radicale.sh" start "$work" "$port" >"$work/env"
. "$work/env"
"$@"
