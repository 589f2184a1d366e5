#!/usr/bin/env bash
# A real directory and a real mail server judge what is provisioned.
#
#   1. an OpenLDAP slapd with USERS people (10000) and an Apache James start;
#   2. tests that need them run, none skipped: the client, the connectors and
#      the servers of the tests are held to the real ones, the program meets what
#      is expected of it, and is killed KILLS times (20) beside James;
#   3. all people go from slapd into James with all they have, are counted
#      there, and a second run writes nothing;
#   4. the configuration that import lsc makes of one of LSC goes on from there.
#
# One line for each check; exit 1 if any failed. Needs root, to install what is
# missing from Debian (slapd, a Java 17, Maven), and Maven Central the first time.
# Everything lies in a temporary directory that is removed; KEEP=1 keeps it.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export PATH=$PATH:/usr/sbin:/sbin NO_COLOR=1 CGO_ENABLED=0 USERS=${USERS:-10000}
failed=0 kills=${KILLS:-20}

missing=()
for pair in slapd:slapd slapadd:slapd openssl:openssl curl:curl mvn:maven java:openjdk-17-jre-headless jq:jq; do
	command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null ||
		{ echo "FAIL install ${missing[*]}"; exit 1; }
fi

work=$(mktemp -d)
finish() {
	"$here/slapd.sh" stop "$work/slapd"
	[ -d "$work/james" ] && "$here/james.sh" stop "$work/james"
	if [ -n "${KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT
trap 'exit 1' INT TERM

# check NAME COMMAND...: one line, and the command's output if it fails.
check() {
	local name=$1 began=$SECONDS
	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok   $name ($((SECONDS - began)) s)"
	else
		echo "FAIL $name ($((SECONDS - began)) s)"
		sed 's/^/     /' "$work/out" | tail -60
		failed=1
	fi
}

# tested ARGUMENTS...: go test, where a test that was skipped has failed, but for
# what there is nothing of: TMail, and an element whose value could change.
tested() {
	local out code
	out=$(mktemp -p "$work")
	go -C "$root" test -v -p 1 -count=1 "$@" >"$out" 2>&1
	code=$?
	grep -hE 'runs were killed' "$out" | sed 's/^.*_test.go:[0-9]*: //' >>"$work/remarks"
	if [ $code != 0 ]; then
		grep -vE '^ *(=== |--- PASS|PASS|ok )' "$out"
		return 1
	fi
	[ "$(grep -c -- '--- SKIP' "$out")" = "$(grep -cE 'has no value that could change|only TMail, which there is no real one of' "$out")" ] || { grep -A1 -B1 -- '--- SKIP' "$out"; return 1; }
}

free_port() { # free_port FROM: two ports in a row that nobody listens on
	local p
	for p in $(seq "$1" 2 $(($1 + 2000))); do
		(exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || (exec 3<>"/dev/tcp/127.0.0.1/$((p + 1))") 2>/dev/null || { echo "$p"; return; }
	done
}

# 1. Real servers.
began=$SECONDS
for server in slapd james; do
	port=$(free_port "$([ $server = slapd ] && echo 24389 || echo 26100)")
	if settings=$(PORT=$port "$here/$server.sh" start "$work/$server" 2>"$work/out"); then
		eval "$settings"
		echo "ok   $server on 127.0.0.1:$port ($((SECONDS - began)) s)"
	else
		echo "FAIL $server does not start"
		sed 's/^/     /' "$work/out"
		exit 1
	fi
	began=$SECONDS
done
james=${LOCKSTEP_JAMES%%,*} slapd=${LOCKSTEP_SLAPD%%,*}

# 2. One package after the other: they share the servers.
check "the clients, the connectors and the servers of the tests with real servers" \
	tested -timeout 20m ./protocol/ldap ./protocol/webadmin ./peers/ldapd ./peers/webadmind ./connect/directory ./connect/james
check "the program with a real James, killed $kills times beside it" \
	tested -timeout 20m ./cmd/lockstep -run 'Expectation|Directory|Webadmin|Attack' -kills "$kills"
sed 's/^/     /' "$work/remarks" 2>/dev/null

# 3. All people, with all that slapd knows of them. In the memory product of James
# writes of mappings that run together fail now and then, with 500, and it looks at
# all mappings before it makes an identity: one connection, and few identities.
check "go build ./cmd/lockstep" go -C "$root" build -o "$work/lockstep" ./cmd/lockstep
(umask 077 && printf reader >"$work/reader")
cat >"$work/lockstep.toml" <<C
[accounts.corp]
address = "ldap://$slapd/ou=people,dc=example,dc=com?ca=$work/slapd/tls/ca.crt"
user = "cn=reader,dc=example,dc=com"
password = {file = "$work/reader"}
[accounts.mail]
address = "james+$james"
password = {file = "$work/james/token"}
max_connections = 1
[links.staff]
left = "corp"
right = "mail"
[links.staff.users]
[links.staff.aliases]
values = "mailAlias"
[links.staff.mappings]
values = "otherMailbox"
[links.staff.quotas]
value = "mailQuotaSize"
[links.staff.identities]
when = 'first(departmentNumber) == "7"'
C
lockstep() { "$work/lockstep" --config "$work/lockstep.toml" --state-dir "$work/state" --no-progress "$@"; }

# A second address for each fifth person, an identity for each twentieth;
# everything else for everybody.
want=$((USERS * 4 + (USERS + 4) / 5 + (USERS + 12) / 20))
synced() { # synced NUMBER: a sync that creates so many elements and does nothing else
	lockstep sync --output json >"$work/report" || return
	jq -r 'select(.type == "report") | "created \(.right.created) updated \(.right.updated) deleted \(.right.deleted) parked \(.parked) requests \(.requests) seconds \(.seconds)"' "$work/report" | tee -a "$work/runs"
	[ "$(jq -r 'select(.type == "report") | "\(.right.created) \(.right.updated) \(.right.deleted) \(.parked) \(.unfinished)"' "$work/report")" = "$1 0 0 0 0" ]
}
ask() { local path=$1; shift; curl -sS -H "Authorization: Bearer $(cat "$work/james/token")" "$@" "$james$path"; }
counts() { # what James itself says
	local of='startswith("user0")' # the tests leave something of their own
	[ "$(ask /users | jq "[.[].username | select($of)] | length")" = "$USERS" ] &&
		[ "$(ask /mappings | jq "[.[][] | select(.type == \"Alias\" and (.mapping | $of))] | length")" = "$((USERS + (USERS + 4) / 5))" ] &&
		[ "$(ask /mappings | jq "[to_entries[] | select(.key | $of) | .value[] | select(.type == \"Address\")] | length")" = "$USERS" ] &&
		[ "$(ask /quota/users/user00007@example.com/size)" = $((8 * 1073741824)) ] &&
		[ "$(ask '/users/user00007@example.com/identities?default=true' | jq -r '.[0].name')" = "Given7 Family7" ]
}
check "$USERS people go from slapd into James, $want elements" synced "$want"
check "James counts them" counts
check "a second run writes nothing" synced 0
check "lockstep check finds both sides equal" lockstep check staff
sed 's/^/     /' "$work/runs" 2>/dev/null

# 4. The same servers by a file of LSC, without what plain James has not: what
# stands is taken over, and what was removed by hand is made again.
lsc="$work/lsc"
mkdir "$lsc"
awk '/<task>/ { inside = 1; task = "" }
	!inside { print }
	inside { task = task $0 "\n" }
	/<\/task>/ { inside = 0; if (task !~ /<name>(contacts|identities)</) printf "%s", task }' "$root/migrate/lsc/testdata/all.xml" |
	sed -e "s|ldaps://ldap.example.net/dc=example,dc=net|ldap://$slapd/dc=example,dc=com|" -e "s|https://mail.example.net:8443/|$james|" \
		-e 's|ou=staff,dc=example,dc=net|ou=people,dc=example,dc=com|; s|cn=reader,dc=example,dc=net|cn=reader,dc=example,dc=com|' \
		-e 's|mailAlternateAddress|mailAlias|; s|mailRoutingAddress|otherMailbox|; s|mailForwardingAddress|mailForward|; s|mailQuota\b|mailQuotaSize|' >"$lsc/lsc.xml"
imported() {
	"$work/lockstep" import lsc "$lsc/lsc.xml" >"$lsc/lockstep.toml" || return
	(umask 077 && cp "$work/reader" "$lsc/corp.password" && cp "$work/james/token" "$lsc/tmail.token")
	sed -i "/^\\[accounts.tmail\\]/a max_connections = 1" "$lsc/lockstep.toml"
	"$work/lockstep" --config "$lsc/lockstep.toml" config check
}
check "lockstep import lsc makes a configuration of LSC's" imported
lockstep() { "$work/lockstep" --config "$lsc/lockstep.toml" --state-dir "$lsc/state" --no-progress "$@"; }
: >"$work/runs"
removed() { # two of each of ten people
	local i
	for i in $(seq 100000 3 100027); do
		ask "/address/aliases/user${i#1}@example.org/sources/alias${i#1}@example.org" -X DELETE && ask "/quota/users/user${i#1}@example.org/size" -X DELETE || return
	done
}
check "somebody removes 10 aliases and 10 quotas" removed
check "it takes over what stands, and makes 20 again" synced 20
check "a second run of it writes nothing" synced 0
sed 's/^/     /' "$work/runs" 2>/dev/null

exit $failed
