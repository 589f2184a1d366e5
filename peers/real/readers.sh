#!/usr/bin/env bash
# Other people's programs judge what ours writes and says.
#
#   1. tests that need a real server run against a Dovecot of their own;
#   2. a Maildir that lockstep wrote is counted by Dovecot, notmuch and mu;
#   3. mbsync pushes it into an IMAP account, and nothing is lost or doubled.
#
# One line for each check; exit 1 if any failed. Needs root, to install what is
# missing from Debian and to run Dovecot. Everything lies in a temporary
# directory that is removed; KEEP=1 keeps it.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export PATH=$PATH:/usr/sbin:/sbin NO_COLOR=1 CGO_ENABLED=0
failed=0 total=7

missing=()
for pair in dovecot:dovecot-imapd doveadm:dovecot-core notmuch:notmuch mu:maildir-utils mbsync:isync openssl:openssl; do
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
packages=()
for p in ./protocol/imap ./connect/imap ./peers; do
	[ -d "$root/$p" ] && packages+=("$p/...")
done
check "go test ${packages[*]} with a real server" go -C "$root" test -p 1 -count=1 -timeout 180s "${packages[@]}"

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
if [ -d "$root/cmd/lockstep" ]; then
	: >"$work/lockstep.toml"
	check "go build ./cmd/lockstep" go -C "$root" build -o "$work/lockstep" ./cmd/lockstep
	check "lockstep sync a b" "$work/lockstep" --config "$work/lockstep.toml" sync "maildir:$a" "maildir:$b" --state-dir "$work/state"
	check "the same files in a and b" diff <(cd "$a" && find . -path '*/cur/*' -o -path '*/new/*' | xargs -d '\n' cat | sort | tr -d '\r') \
		<(cd "$b" && find . -path '*/cur/*' -o -path '*/new/*' | xargs -d '\n' cat | sort | tr -d '\r')
else
	echo "skip ./cmd/lockstep is not there; its Maildir cannot be judged"
	exit $failed
fi

# copy DIR: readers write beside what they read, so each gets its own.
copy() { cp -a "$b" "$1" && chmod -R u+rwX,go+rX "$1"; }

# Dovecot, as a user without rights, and without a running server.
home=$work/home
mkdir -p "$home"
copy "$home/md"
chown -R lockstep-peer: "$home"
equal doveadm "$(runuser -u lockstep-peer -- env -i PATH=/usr/bin:/usr/sbin USER=lockstep-peer HOME="$home" \
	doveadm -O -o "mail_location=maildir:$home/md:INDEX=$home/index:CONTROL=$home/control" -o "base_dir=$home/run" \
	-o first_valid_uid=1 -o first_valid_gid=1 mailbox status messages '*' 2>"$work/doveadm.log" |
	sum)"

copy "$work/notmuch-md"
export NOTMUCH_CONFIG=$work/notmuch.conf
printf '[database]\npath=%s\n[user]\nname=peer\nprimary_email=peer@example.org\n[new]\ntags=new\nignore=dovecot-keywords;dovecot-uidlist;maildirfolder\n' "$work/notmuch-md" >"$NOTMUCH_CONFIG"
notmuch new >"$work/notmuch.log" 2>&1
equal notmuch "$(notmuch count --output=files '*')"

copy "$work/mu-md"
mu init --muhome "$work/mu" --maildir "$work/mu-md" >"$work/mu.log" 2>&1
mu index --muhome "$work/mu" >>"$work/mu.log" 2>&1
equal mu "$(mu find --muhome "$work/mu" --fields l '' 2>>"$work/mu.log" | grep -c .)"

# 3. mbsync pushes a copy into the account of bob.
copy "$work/mbsync-md"
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

exit $failed
