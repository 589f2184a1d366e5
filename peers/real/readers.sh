#!/usr/bin/env bash
# Other people's programs judge what ours writes and says.
#
#   1. tests that need a real server run against a Dovecot of their own, none
#      skipped, and the program is killed KILLS times (20) beside it;
#   2. a Maildir that lockstep wrote is counted by Dovecot, notmuch and mu;
#   3. mbsync pushes it into an IMAP account, and nothing is lost or doubled;
#   4. a Maildir that lockstep filled from an IMAP account has the flags and
#      keywords of the account, as Dovecot, notmuch and mu see them;
#   5. tests of contacts and calendars run against a Radicale and a Xandikos of their
#      own, none skipped: khard and khal read every card and event that lockstep wrote, and
#      vdirsyncer syncs the same server beside it.
#
# One line for each check; exit 1 if any failed. Needs root, to install what is
# missing from Debian and to run Dovecot. Everything lies in a temporary
# directory that is removed; KEEP=1 keeps it.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export PATH=$PATH:/usr/sbin:/sbin NO_COLOR=1 CGO_ENABLED=0
failed=0 total=7 kills=${KILLS:-20}

missing=()
for pair in dovecot:dovecot-imapd doveadm:dovecot-core notmuch:notmuch mu:maildir-utils mbsync:isync openssl:openssl \
	khard:khard khal:khal vdirsyncer:vdirsyncer radicale:radicale xandikos:xandikos; do
	command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null ||
		{ echo "FAIL install ${missing[*]}"; exit 1; }
fi

work=$(mktemp -d)
chmod 755 "$work"
finish() {
	"$here/dovecot.sh" stop "$work/dovecot"
	"$here/radicale.sh" stop "$work/radicale"
	"$here/xandikos.sh" stop "$work/xandikos"
	if [ -n "${KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT
trap 'exit 1' INT TERM

# check NAME COMMAND...: one line, and the command's output if it fails.
check() {
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok   $name"
	else
		echo "FAIL $name"
		sed 's/^/     /' "$work/out" | tail -60
		failed=1
	fi
}

# tested ARGUMENTS...: go test, where a test that was skipped has failed, but for
# scripts about what the server does not do.
needless=': not (offered|done by this server): '
tested() {
	local out code
	out=$(mktemp -p "$work")
	go -C "$root" test -v -p 1 -count=1 "$@" >"$out" 2>&1
	code=$?
	grep -hE "runs were killed|$needless" "$out" | sed 's/^.*_test.go:[0-9]*: //' >>"$work/remarks"
	if [ $code != 0 ]; then
		grep -vE '^ *(=== |--- PASS|PASS|ok )' "$out"
		return 1
	fi
	[ "$(grep -c -- '--- SKIP' "$out")" = "$(grep -cE "$needless" "$out")" ] || { grep -A1 -B1 -- '--- SKIP' "$out"; return 1; }
}

# sum adds up what "doveadm mailbox status messages" prints.
sum() { sed -n 's/.*messages=\([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n }'; }

# equal NAME GOT: the number a program counted.
equal() {
	if [ "$2" = "$total" ]; then
		echo "ok   $1 counts $total messages"
	else
		echo "FAIL $1 counts ${2:-nothing}, not $total"
		tail -20 "$work/$1.log" 2>/dev/null | sed 's/^/     /'
		failed=1
	fi
}

free_port() { # two ports in a row that nobody listens on
	local p
	for p in $(seq 27143 2 29143); do
		(exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || (exec 3<>"/dev/tcp/127.0.0.1/$((p + 1))") 2>/dev/null || { echo "$p"; return; }
	done
}

# 1. A real server.
port=$(free_port)
if settings=$("$here/dovecot.sh" start "$work/dovecot" "$port" 2>"$work/out"); then
	eval "$settings"
	echo "ok   dovecot on 127.0.0.1:$port"
else
	echo "FAIL dovecot does not start"
	sed 's/^/     /' "$work/out"
	exit 1
fi
# One package after the other: they share an account.
directory='Expectation|Directory|Webadmin|Attack' # directory.sh runs these, with other servers
contacts='Contacts|Case[0-9]|BothEdit|Colour|FewRequests|WrittenOtherwise|WindowOfDays|Khard|Khal|Vdirsyncer' # step 5 runs these, with Radicale
without=() program=(-skip "$directory|$contacts")
if [ -z "${LOCKSTEP_CORPUS:-}" ]; then
	without=(-skip Corpus) program=(-skip "Corpus|$directory|$contacts")
	echo "none LOCKSTEP_CORPUS is not set: no real messages are sent through the server"
fi
check "the client, the connector and the server scripts with a real server" tested -timeout 20m ./protocol/imap ./connect/imap ./peers/fault ./peers/imapd ./peers/script "${without[@]}"
check "the program with a real server, killed $kills times beside it" tested -timeout 20m ./cmd/lockstep -kills "$kills" "${program[@]}"
sed 's/^/     /' "$work/remarks"

# 2. A Maildir++ with what is easily lost: flags, a keyword, an umlaut, new
# mail, a message without a line end.
a=$work/a b=$work/b
mail() { # mail FILE NUMBER
	printf 'From: Ada <ada@example.org>\nTo: you@example.org\nSubject: message %s\nDate: Fri, 2 Jan 2026 10:00:0%s +0000\nMessage-ID: <m%s@example.org>\n\nHello %s.\n' "$2" "$2" "$2" "$2" >"$1"
}
for d in "$a" "$a/.Sent" "$a/.Entw&APw-rfe"; do mkdir -p "$d/cur" "$d/new" "$d/tmp"; done
: >"$a/.Sent/maildirfolder"
: >"$a/.Entw&APw-rfe/maildirfolder"
printf '0 Wichtig\n' >"$a/dovecot-keywords"
mail "$a/cur/1700000001.M1P1.peer:2,S" 1
mail "$a/cur/1700000002.M2P1.peer:2,FRS" 2
mail "$a/cur/1700000003.M3P1.peer:2,Sa" 3
mail "$a/new/1700000004.M4P1.peer" 4
mail "$a/.Sent/cur/1700000005.M5P1.peer:2,S" 5
mail "$a/.Entw&APw-rfe/cur/1700000006.M6P1.peer:2,D" 6
printf 'Subject: message 7\r\nMessage-ID: <m7@example.org>\r\n\r\nno line end' >"$a/.Sent/cur/1700000007.M7P1.peer:2,"
: >"$work/lockstep.toml"
check "go build ./cmd/lockstep" go -C "$root" build -o "$work/lockstep" ./cmd/lockstep
lockstep() { "$work/lockstep" --config "$work/lockstep.toml" --state-dir "$work/state" "$@"; }
check "lockstep sync a b" lockstep sync "maildir:$a" "maildir:$b"
check "the same files in a and b" diff <(cd "$a" && find . -path '*/cur/*' -o -path '*/new/*' | xargs -d '\n' cat | sort | tr -d '\r') \
	<(cd "$b" && find . -path '*/cur/*' -o -path '*/new/*' | xargs -d '\n' cat | sort | tr -d '\r')

# copy FROM TO: readers write beside what they read, so each gets its own.
copy() { cp -a "$1" "$2" && chmod -R u+rwX,go+rX "$2"; }

# Dovecot, as a user without rights, and without a running server.
home=$work/home
mkdir -p "$home"
copy "$b" "$home/md"
chown -R lockstep-peer: "$home"
read_maildir() { # read_maildir DIR ARGUMENTS...: doveadm on a Maildir in $home
	local dir=$1
	shift
	runuser -u lockstep-peer -- env -i PATH=/usr/bin:/usr/sbin USER=lockstep-peer HOME="$home" \
		doveadm -O -o "mail_location=maildir:$home/$dir:INDEX=$home/$dir-index:CONTROL=$home/$dir" -o "base_dir=$home/run" \
		-o first_valid_uid=1 -o first_valid_gid=1 "$@" 2>>"$work/doveadm.log"
}
equal doveadm "$(read_maildir md mailbox status messages '*' | sum)"

copy "$b" "$work/notmuch-md"
export NOTMUCH_CONFIG=$work/notmuch.conf
printf '[database]\npath=%s\n[user]\nname=peer\nprimary_email=peer@example.org\n[new]\ntags=new\nignore=dovecot-keywords;dovecot-uidlist;maildirfolder\n' "$work/notmuch-md" >"$NOTMUCH_CONFIG"
notmuch new >"$work/notmuch.log" 2>&1
equal notmuch "$(notmuch count --output=files '*')"

copy "$b" "$work/mu-md"
mu init --muhome "$work/mu" --maildir "$work/mu-md" >"$work/mu.log" 2>&1
mu index --muhome "$work/mu" >>"$work/mu.log" 2>&1
equal mu "$(mu find --muhome "$work/mu" --fields l '' 2>>"$work/mu.log" | grep -c .)"

# 3. mbsync pushes a copy into the account of bob.
copy "$b" "$work/mbsync-md"
cat >"$work/mbsyncrc" <<C
IMAPAccount bob
Host localhost
Port $((port + 1))
User bob
Pass secret
SSLType IMAPS
CertificateFile $work/dovecot/tls/ca.crt

IMAPStore far
Account bob

MaildirStore near
Inbox $work/mbsync-md
SubFolders Maildir++

Channel push
Far :far:
Near :near:
Patterns *
Create Far
Sync Push
SyncState $work/mbsync-
C
check "mbsync pushes b into Dovecot" mbsync -c "$work/mbsyncrc" -a
quiet=$(grep -ciE 'warning|error' "$work/out")
if [ "$quiet" = 0 ]; then echo "ok   mbsync has no complaint"; else
	echo "FAIL mbsync complains"
	sed 's/^/     /' "$work/out"
	failed=1
fi
equal dovecot-of-bob "$(doveadm -c "$work/dovecot/dovecot.conf" mailbox status -u bob messages '*' 2>"$work/dovecot-of-bob.log" |
	sum)"

# 4. The account of carol, made by Dovecot itself, comes down into a Maildir.
doveadm() { command doveadm -c "$work/dovecot/dovecot.conf" "$@"; }
for box in Archiv/Alt Entwürfe; do check "doveadm makes $box" doveadm mailbox create -u carol "$box"; done
put() { # put NUMBER MAILBOX FLAGS...
	local n=$1 box=$2
	shift 2
	mail "$work/message" "$n"
	doveadm save -u carol -m "$box" "$work/message" || return
	[ $# = 0 ] || doveadm flags add -u carol "$*" mailbox "$box" header message-id "<m$n@example.org>"
}
put_all() {
	put 1 INBOX && put 2 INBOX '\Seen' '\Flagged' && put 3 INBOX '\Seen' '\Answered' Wichtig &&
		put 4 Archiv/Alt '\Seen' '$Forwarded' && put 5 Entwürfe '\Draft' '\Flagged' Wichtig && put 6 INBOX '\Flagged' '$Forwarded' Wichtig
}
check "doveadm fills the account of carol" put_all
cat >"$work/lockstep.toml" <<C
[accounts.carol]
type = "imap"
address = "imap://carol@127.0.0.1:$port/?tls=starttls&ca=$work/dovecot/tls/ca.crt"
password = {env = "CAROL"}
[accounts.down]
type = "maildir"
path = "$work/down"
[links.down]
left = "carol"
right = "down"
C
export CAROL=secret
check "lockstep sync carol down" lockstep sync down

# marks: what "doveadm fetch" prints, as a sorted line for each message and for
# each of its marks. \Recent says nothing; a dot and a slash both separate
# folders; and for $Forwarded Dovecot has no letter as the others have, so it
# sees it only where dovecot-keywords names it.
marks() {
	awk '/^mailbox: / { box = $2; gsub(/\./, "/", box) } /^hdr.message-id: / { id = $2 } /^flags: / { $1 = ""; n = split($0, f, " "); out = ""
		for (i = 1; i <= n; i++) if (f[i] != "\\Recent" && f[i] != "$Forwarded") print box, id, f[i]; print box, id, "is there" }' | sort
}
copy "$work/down" "$home/down"
chown -R lockstep-peer: "$home"
fields='mailbox hdr.message-id flags'
doveadm fetch -u carol "$fields" all | marks >"$work/marks-of-carol"
read_maildir down fetch "$fields" all | marks >"$work/marks-of-down"
check "doveadm sees the same folders, flags and keywords in the Maildir" diff "$work/marks-of-carol" "$work/marks-of-down"
check "and all of them" test "$(grep -c 'is there' "$work/marks-of-carol") $(grep -cE 'Wichtig$' "$work/marks-of-carol")" = "6 3"

copy "$work/down" "$work/notmuch-down"
export NOTMUCH_CONFIG=$work/notmuch-down.conf
sed "s|^path=.*|path=$work/notmuch-down|" "$work/notmuch.conf" >"$NOTMUCH_CONFIG"
notmuch new >>"$work/notmuch.log" 2>&1
copy "$work/down" "$work/mu-down"
mu init --muhome "$work/mu2" --maildir "$work/mu-down" >>"$work/mu.log" 2>&1
mu index --muhome "$work/mu2" >>"$work/mu.log" 2>&1
seen_by() { # seen_by TAG FLAG WANT: messages with a tag of notmuch and a flag of mu
	check "notmuch and mu see $3 messages that are $1" test \
		"$(notmuch count "tag:$1") $(mu find --muhome "$work/mu2" --fields i "flag:$2" 2>>"$work/mu.log" | grep -c .)" = "$3 $3"
}
seen_by flagged flagged 3
seen_by replied replied 1
seen_by passed passed 2
seen_by draft draft 1
seen_by unread unread 3

# 5. Contacts and calendars, beside a Radicale and a Xandikos. The packages share
# their accounts, too.
started() { # started NAME: a DAV server of its own, whose variable go test reads
	local port
	port=$(free_port)
	if "$here/$1.sh" start "$work/$1" "$port" >"$work/env" 2>"$work/out"; then
		. "$work/env"
		echo "ok   $1 on 127.0.0.1:$port"
	else
		echo "FAIL $1 does not start"
		sed 's/^/     /' "$work/out"
		failed=1
		return 1
	fi
}
if started radicale && started xandikos; then
	check "the connector and the dialogues with real DAV servers" tested -timeout 20m ./connect/dav ./peers/script/dav -run 'Radicale|Xandikos|Real|Improvised'
	check "the program with real DAV servers, khard, khal and vdirsyncer" tested -timeout 20m ./cmd/lockstep -kills "$kills" -run "$contacts" -skip '/davd|KillContacts$'
fi

exit $failed
