#!/usr/bin/env bash
# A Dovecot of its own on the loopback, for tests: IMAP with STARTTLS on PORT,
# IMAP over TLS on PORT+1, everything it writes below DIR.
#
#   eval "$(dovecot.sh start DIR [PORT])"   sets LOCKSTEP_DOVECOT for go test
#   dovecot.sh stop DIR
#
# LOCKSTEP_DOVECOT is HOST:PORT,CA-FILE,USER,PASSWORD, where PORT wants STARTTLS
# first; PORT+1 speaks TLS from the first byte.
#
# Users a, b, c, alice, bob and carol, all with the password "secret" and an
# empty Maildir in DIR/mail/USER/Maildir. Needs root, for Dovecot's own users.
set -euo pipefail

usage() { echo "usage: $(basename "$0") start DIR [PORT] | stop DIR" >&2; exit 2; }
CMD=${1:-} DIR=${2:-} PORT=${3:-12143}
[ -n "$DIR" ] || usage
export PATH=/usr/sbin:/sbin:$PATH

stop() { # ends the process of the PID file, and only that
	local file=$DIR/run/master.pid pid
	[ -s "$file" ] || return 0
	pid=$(head -1 "$file" | tr -d ' ')
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

mkdir -p "$DIR"
DIR=$(cd "$DIR" && pwd)
TLSPORT=$((PORT + 1))
if ! command -v dovecot >/dev/null || [ ! -x /usr/lib/dovecot/imap ]; then
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends dovecot-imapd openssl >&2
fi
id lockstep-peer >/dev/null 2>&1 || useradd --system -M -s /usr/sbin/nologin lockstep-peer

# An authority for a month and a certificate for the loopback.
mkdir -p "$DIR/tls" "$DIR/mail" "$DIR/run" "$DIR/state"
if [ ! -f "$DIR/tls/server.crt" ]; then
	(
		cd "$DIR/tls"
		openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=peer authority" -keyout ca.key -out ca.crt
		openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
		printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >san
		openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out server.crt -extfile san
	) 2>/dev/null
fi
chown lockstep-peer: "$DIR/mail"
# Dovecot's own users must reach DIR; whose directories are above it is not
# ours to change.
chmod o+rx "$DIR"
if ! runuser -u lockstep-peer -- test -x "$DIR"; then
	echo "$DIR is out of reach of Dovecot's users; choose a directory below /tmp" >&2
	exit 1
fi

for user in a b c alice bob carol; do printf '%s:{PLAIN}secret\n' "$user"; done >"$DIR/users"
chmod 644 "$DIR/users"

cat >"$DIR/dovecot.conf" <<C
base_dir = $DIR/run
state_dir = $DIR/state
log_path = $DIR/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <$DIR/tls/server.crt
ssl_key = <$DIR/tls/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:~/Maildir
mailbox_list_index = yes
mail_max_userip_connections = 500
first_valid_uid = 1
protocol imap {
  mail_max_userip_connections = 500
  mail_plugins = zlib imap_zlib
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Drafts {
    special_use = \Drafts
  }
  mailbox Sent {
    special_use = \Sent
  }
  mailbox Trash {
    special_use = \Trash
  }
  mailbox Junk {
    special_use = \Junk
  }
  mailbox Archive {
    special_use = \Archive
  }
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN $DIR/users
}
userdb {
  driver = static
  args = uid=lockstep-peer gid=lockstep-peer home=$DIR/mail/%u allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    port = $PORT
  }
  inet_listener imaps {
    port = $TLSPORT
    ssl = yes
  }
  service_count = 0
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
C
dovecot -c "$DIR/dovecot.conf" >&2
for _ in $(seq 150); do
	if (exec 3<>"/dev/tcp/127.0.0.1/$TLSPORT") 2>/dev/null; then
		echo "LOCKSTEP_DOVECOT=127.0.0.1:$PORT,$DIR/tls/ca.crt,alice,secret"
		echo "export LOCKSTEP_DOVECOT"
		exit 0
	fi
	sleep .1
done
echo "dovecot did not open port $TLSPORT; see $DIR/dovecot.log" >&2
exit 1
