#!/usr/bin/env bash
# A real Apache James of its own on the loopback, for tests: its webadmin on
# PORT (18100 if unset), nothing else, all data in memory. Everything it
# writes lies below DIR, its jars in a cache that all instances share.
#
#   eval "$(james.sh start DIR)"       sets LOCKSTEP_JAMES for go test
#   PORT=18200 james.sh start DIR      a second one beside it
#   james.sh stop DIR
#   james.sh token DIR CLAIMS          a token with other claims (JSON)
#   james.sh with COMMAND [ARG...]     runs a command with one of its own
#
# LOCKSTEP_JAMES is URL,DIR; in DIR there are
#
#   token            an administrator's JWT (RS256), good for ten years
#   token.expired    the same, out of date
#   token.user       signed, but without the claim "admin"
#   jwt_publickey    what the server checks them with
#   james.log        what it says
#
# so that a request by hand is
#
#   curl -H "Authorization: Bearer $(cat DIR/token)" http://127.0.0.1:18100/domains
#
# The domains example.com and example.org are there (localhost always is), and
# no user. Java 17, Maven, openssl, curl; the first start loads some 300 jars,
# 120 MB, from Maven Central. JAMES_VERSION chooses another release of the 3.8
# line; 3.9 needs Java 21.
set -euo pipefail

usage() { sed -n '6,10s/^#   //p' "$0" >&2; exit 2; }
CMD=${1:-} DIR=${2:-}
VERSION=${JAMES_VERSION:-3.8.1}
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/lockstep-peers/james-$VERSION
[ -n "$DIR" ] || usage

if [ "$CMD" = with ]; then
	shift
	work=$(mktemp -d)
	finish() {
		"$0" stop "$work"
		rm -rf "$work"
	}
	trap finish EXIT
	trap 'exit 1' INT TERM
	for PORT in $(seq 28100 29100); do # one that nobody listens on
		(exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null || break
	done
	PORT=$PORT "$0" start "$work" >"$work/env"
	. "$work/env"
	"$@"
	exit
fi
PORT=${PORT:-18100}

stop() { # ends the process of the PID file, and only that
	local pid
	[ -s "$DIR/pid" ] || return 0
	pid=$(cat "$DIR/pid")
	rm -f "$DIR/pid"
	tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "working.directory=$DIR " || return 0
	kill "$pid" 2>/dev/null || return 0
	for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || return 0; sleep .1; done
	kill -9 "$pid"
}

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

token() { # token CLAIMS: a JWT, signed with the key of this instance
	local text
	text=$(printf '{"alg":"RS256","typ":"JWT"}' | base64url).$(printf '%s' "$1" | base64url)
	printf '%s.%s\n' "$text" "$(printf '%s' "$text" | openssl dgst -sha256 -sign "$DIR/jwt_privatekey" -binary | base64url)"
}

jars() { # what the memory app needs, resolved by Maven once
	[ -f "$CACHE/complete" ] && return
	local new
	mkdir -p "$(dirname "$CACHE")"
	new=$(mktemp -d "$CACHE.XXXXXX")
	cat >"$new/pom.xml" <<P
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>lockstep.peers</groupId>
  <artifactId>james</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.james</groupId>
      <artifactId>james-server-memory-app</artifactId>
      <version>$VERSION</version>
    </dependency>
  </dependencies>
</project>
P
	mvn -B -ntp -f "$new/pom.xml" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$new/lib" >"$new/mvn.log" 2>&1 ||
		{ tail -5 "$new/mvn.log" >&2; rm -rf "$new"; exit 1; }
	touch "$new/complete"
	# Of two that did it at once, the first stays.
	mv -T "$new" "$CACHE" 2>/dev/null || rm -rf "$new"
}

configure() { # the least that starts, with every protocol but webadmin off
	mkdir -p "$DIR/conf"
	cd "$DIR/conf"
	cat >webadmin.properties <<-C
		enabled=true
		host=127.0.0.1
		port=$PORT
		https.enabled=false
		jwt.enabled=true
		jwt.publickeypem.url=file://conf/jwt_publickey
	C
	cp ../jwt_publickey jwt_publickey
	echo "enabled=false" >jmap.properties
	echo "jmx.enabled=false" >jmx.properties
	for server in imap pop3 smtp lmtp managesieve; do
		printf '<%ss><%s enabled="false"/></%ss>\n' "${server}server" "${server}server" "${server}server" >"${server}server.xml"
	done
	# A fast hash: what is tested is the protocol, not the password.
	cat >usersrepository.xml <<-C
		<usersrepository name="LocalUsers">
		  <algorithm>SHA-512</algorithm>
		  <enableVirtualHosting>true</enableVirtualHosting>
		  <enableForwarding>true</enableForwarding>
		</usersrepository>
	C
	cat >domainlist.xml <<-C
		<domainlist>
		  <autodetect>false</autodetect>
		  <autodetectIP>false</autodetectIP>
		  <defaultDomain>localhost</defaultDomain>
		</domainlist>
	C
	cat >recipientrewritetable.xml <<-C
		<recipientrewritetable>
		  <recursiveMapping>true</recursiveMapping>
		  <mappingLimit>10</mappingLimit>
		</recipientrewritetable>
	C
	cat >dnsservice.xml <<-C
		<dnsservice>
		  <servers><server>127.0.0.1</server></servers>
		  <autodiscover>false</autodiscover>
		</dnsservice>
	C
	cat >mailrepositorystore.xml <<-C
		<mailrepositorystore>
		  <defaultProtocol>memory</defaultProtocol>
		  <mailrepositories>
		    <mailrepository class="org.apache.james.mailrepository.memory.MemoryMailRepository">
		      <protocols><protocol>memory</protocol></protocols>
		    </mailrepository>
		  </mailrepositories>
		</mailrepositorystore>
	C
	# No mail is ever delivered; the processors are those it does not start without.
	cat >mailetcontainer.xml <<-C
		<mailetcontainer enableJmx="false">
		  <context><postmaster>postmaster@localhost</postmaster></context>
		  <spooler><threads>1</threads><errorRepository>memory://var/mail/error/</errorRepository></spooler>
		  <processors>
		    <processor state="root" enableJmx="false"><mailet match="All" class="Null"/></processor>
		    <processor state="error" enableJmx="false"><mailet match="All" class="Null"/></processor>
		    <processor state="transport" enableJmx="false">
		      <mailet match="All" class="RemoveMimeHeader"><name>bcc</name></mailet>
		      <mailet match="All" class="RecipientRewriteTable"/>
		      <mailet match="All" class="Null"/>
		    </processor>
		  </processors>
		</mailetcontainer>
	C
	cat >logback.xml <<-C
		<configuration>
		  <appender name="CONSOLE" class="ch.qos.logback.core.ConsoleAppender">
		    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{15} %msg%n%rEx</pattern></encoder>
		  </appender>
		  <root level="WARN"><appender-ref ref="CONSOLE"/></root>
		  <logger name="org.apache.james" level="INFO"/>
		  <logger name="org.apache.james.webadmin.mdc" level="WARN"/>
		</configuration>
	C
}

ask() { curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $(cat "$DIR/token")" "$@"; }

case "$CMD" in
start) mkdir -p "$DIR" ;;
stop | token) [ -d "$DIR" ] || { echo "there is no $DIR" >&2; exit 1; } ;;
*) usage ;;
esac
DIR=$(cd "$DIR" && pwd)
case "$CMD" in
stop)
	stop
	exit 0
	;;
token)
	token "${3:?the claims of the token, as JSON}"
	exit 0
	;;
esac

if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
	echo "somebody listens on port $PORT already; set PORT to another" >&2
	exit 1
fi
jars
if [ ! -f "$DIR/jwt_privatekey" ]; then
	(umask 077 && openssl genrsa -out "$DIR/jwt_privatekey" 2048 2>/dev/null)
	openssl rsa -in "$DIR/jwt_privatekey" -pubout -out "$DIR/jwt_publickey" 2>/dev/null
fi
now=$(date +%s)
(
	umask 077
	token "{\"sub\":\"admin@localhost\",\"admin\":true,\"iat\":$now,\"exp\":$((now + 315360000))}" >"$DIR/token"
	token "{\"sub\":\"admin@localhost\",\"admin\":true,\"iat\":$((now - 7200)),\"exp\":$((now - 3600))}" >"$DIR/token.expired"
	token "{\"sub\":\"somebody@example.com\",\"iat\":$now}" >"$DIR/token.user"
)
configure
cd "$DIR"
nohup java -Xmx512m "-Dworking.directory=$DIR" "-Dlogback.configurationFile=$DIR/conf/logback.xml" -Djava.io.tmpdir="$DIR" \
	-Dlog4j2.formatMsgNoLookups=true -cp "$CACHE/lib/*" org.apache.james.MemoryJamesServerMain >"$DIR/james.log" 2>&1 </dev/null &
echo $! >"$DIR/pid"
url=http://127.0.0.1:$PORT
for _ in $(seq 240); do
	if [ "$(curl -s -o /dev/null -w '%{http_code}' "$url/healthcheck" || true)" = 200 ]; then
		for domain in example.com example.org; do
			code=$(ask -X PUT "$url/domains/$domain")
			[ "$code" = 204 ] || { echo "PUT /domains/$domain: $code; see $DIR/james.log" >&2; exit 1; }
		done
		echo "LOCKSTEP_JAMES=$url,$DIR"
		echo "export LOCKSTEP_JAMES"
		exit 0
	fi
	kill -0 "$(cat "$DIR/pid")" 2>/dev/null || break
	sleep .5
done
echo "James does not answer on $url; see $DIR/james.log" >&2
stop
exit 1
