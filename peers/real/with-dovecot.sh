#!/usr/bin/env bash
# Runs a command with a Dovecot of its own, which LOCKSTEP_DOVECOT names, and
# ends with the command's exit code. Needs root, as dovecot.sh does.
#
#   with-dovecot.sh COMMAND [ARGUMENT...]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -gt 0 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }

work=$(mktemp -d)
chmod 755 "$work"
finish() {
	"$here/dovecot.sh" stop "$work"
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

for port in $(seq 27143 2 29143); do # two ports in a row that nobody listens on
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || (exec 3<>"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null || break
done
"$here/dovecot.sh" start "$work" "$port" >"$work/env"
. "$work/env"
"$@"
