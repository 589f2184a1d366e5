#!/usr/bin/env bash
# An OpenLDAP slapd of its own on the loopback, for tests: LDAP with StartTLS on
# PORT, LDAP over TLS on PORT+1, everything it writes below DIR.
#
#   eval "$(slapd.sh start DIR [PORT])"   sets LOCKSTEP_SLAPD for go test
#   slapd.sh stop DIR
#
# LOCKSTEP_SLAPD is HOST:PORT,TLS-DIRECTORY,USERS. The TLS directory holds ca.crt
# and the certificate client.crt and client.key, which logs in as the reader (SASL
# EXTERNAL). A DIR that was filled before is kept as it is.
#
# dc=example,dc=com holds USERS people (10000) below ou=people and 20 groups below
# ou=groups. cn=reader,dc=example,dc=com / reader sees them, without passwords: 500
# at a time, and all in pages. cn=admin,dc=example,dc=com / secret may do anything.
# dc=referring holds one person, and an entry that refers to another server.
set -euo pipefail

usage() { echo "usage: $(basename "$0") start DIR [PORT] | stop DIR" >&2; exit 2; }
CMD=${1:-} DIR=${2:-} PORT=${3:-${PORT:-14389}} USERS=${USERS:-10000}
[ -n "$DIR" ] || usage
export PATH=/usr/sbin:/sbin:$PATH

stop() { # ends the process of the PID file, and only that
	local file=$DIR/slapd.pid pid
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
if ! command -v slapd >/dev/null || ! command -v openssl >/dev/null; then
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends slapd openssl >&2
fi
mkdir -p "$DIR/tls" "$DIR/people" "$DIR/referring"
stop

# An authority for a month, a certificate for the loopback and one for a client.
if [ ! -f "$DIR/tls/client.crt" ]; then
	(
		cd "$DIR/tls"
		openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=peer authority" -keyout ca.key -out ca.crt
		printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' >server.ext
		printf 'extendedKeyUsage=clientAuth\n' >client.ext
		for name in server:localhost client:reader-certificate; do
			file=${name%%:*}
			openssl req -newkey rsa:2048 -nodes -subj "/CN=${name#*:}" -keyout "$file.key" -out "$file.csr"
			openssl x509 -req -in "$file.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$file.crt" -extfile "$file.ext"
		done
	) 2>/dev/null
fi

# otherMailbox is in cosine.schema, with a syntax (RFC 1274) that no address has:
# it is taken out there, so that ours counts.
awk 'BEGIN { RS = ""; ORS = "\n\n" } /^attributetype[^#]*NAME .otherMailbox/ { next } { gsub(/otherMailbox \$|\$ otherMailbox/, ""); print }' \
	/etc/ldap/schema/cosine.schema >"$DIR/cosine.schema"
cat >"$DIR/mail.schema" <<C
objectidentifier Lockstep 1.3.6.1.4.1.99999.2
attributetype ( Lockstep:1 NAME 'mailAlias' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
attributetype ( Lockstep:2 NAME 'otherMailbox' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
attributetype ( Lockstep:3 NAME 'mailForward' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
attributetype ( Lockstep:4 NAME 'mailQuotaSize' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( Lockstep:10 NAME 'mailAccount' SUP top AUXILIARY MAY ( mailAlias \$ otherMailbox \$ mailForward \$ mailQuotaSize ) )
C
cat >"$DIR/slapd.conf" <<C
include /etc/ldap/schema/core.schema
include $DIR/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include $DIR/mail.schema
pidfile $DIR/slapd.pid
argsfile $DIR/slapd.args
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
moduleload memberof
TLSCACertificateFile $DIR/tls/ca.crt
TLSCertificateFile $DIR/tls/server.crt
TLSCertificateKeyFile $DIR/tls/server.key
TLSVerifyClient try
authz-regexp "^cn=reader-certificate$" "cn=reader,dc=example,dc=com"
sizelimit unlimited

database mdb
maxsize 1073741824
suffix "dc=example,dc=com"
rootdn "cn=admin,dc=example,dc=com"
rootpw secret
directory $DIR/people
dbnosync
index objectClass eq
index uid,mail,mailAlias,otherMailbox eq,sub
index member,memberOf,entryCSN,entryUUID eq
limits dn.exact="cn=reader,dc=example,dc=com" size.soft=500 size.hard=500 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
overlay memberof
overlay syncprov

database mdb
maxsize 16777216
suffix "dc=referring"
directory $DIR/referring
dbnosync
access to * by users read by * none
C

# people in LDIF. memberOf is what the overlay would make of the groups.
people() {
	cat <<L
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

dn: cn=reader,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: reader

L
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++) {
			d = i % 3 ? "example.com" : "example.org"
			printf "dn: uid=user%05d,ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nobjectClass: mailAccount\n", i
			printf "uid: user%05d\ncn: Given%d Family%d\ngivenName: Given%d\nsn: Family%d\n", i, i, i, i, i
			printf "mail: user%05d@%s\nmailAlias: alias%05d@%s\n", i, d, i, d
			if (i % 5 == 0) printf "mailAlias: second%05d@%s\n", i, d
			printf "otherMailbox: other%05d@%s\n", i, d
			printf "mailQuotaSize: %.0f\ndepartmentNumber: %d\nuserPassword: pass%d\n", (i % 10 + 1) * 1073741824, i % 20, i
			printf "memberOf: cn=dept%d,ou=groups,dc=example,dc=com\n\n", i % 20
		}
		for (g = 0; g < 20 && g < n; g++) {
			printf "dn: cn=dept%d,ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: dept%d\n", g, g
			for (i = g; i < n; i += 20) printf "member: uid=user%05d,ou=people,dc=example,dc=com\n", i
			printf "\n"
		}
	}'
}

if [ ! -f "$DIR/referring/data.mdb" ]; then
	people "$USERS" | slapadd -q -f "$DIR/slapd.conf" -b dc=example,dc=com >&2
	slapadd -q -f "$DIR/slapd.conf" -b dc=referring >&2 <<L
dn: dc=referring
objectClass: dcObject
objectClass: organization
o: Referring
dc: referring

dn: uid=here,dc=referring
objectClass: inetOrgPerson
uid: here
cn: Here
sn: Here
mail: here@example.com

dn: ou=elsewhere,dc=referring
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:9/ou=elsewhere,dc=referring
L
	echo "$USERS" >"$DIR/users"
fi
slapd -f "$DIR/slapd.conf" -h "ldap://127.0.0.1:$PORT ldaps://127.0.0.1:$TLSPORT" >&2
for _ in $(seq 150); do
	if (exec 3<>"/dev/tcp/127.0.0.1/$TLSPORT") 2>/dev/null; then
		echo "LOCKSTEP_SLAPD=127.0.0.1:$PORT,$DIR/tls,$(cat "$DIR/users")"
		echo "export LOCKSTEP_SLAPD"
		exit 0
	fi
	sleep .1
done
echo "slapd did not open port $TLSPORT; run it with -d 1 to see why" >&2
exit 1
