#!/usr/bin/env bash
# Shows the main job without an account and without a network: two Maildirs are
# brought in step, changed on both sides, and brought in step again.
# usage: demo/maildirs.sh PATH-OF-LOCKSTEP
set -euo pipefail
lockstep=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
: >lockstep.toml
export LOCKSTEP_STATE_DIR=$dir/state LOCKSTEP_CONFIG=$dir/lockstep.toml NO_COLOR=1
say() { printf '\n# %s\n' "$*"; }
run() { printf '$ lockstep %s\n' "$*"; "$lockstep" "$@"; }
mail() { # mail FILE SUBJECT
  printf 'From: Ada <ada@example.org>\nTo: you@example.org\nSubject: %s\nDate: Fri, 2 Jan 2026 10:00:00 +0000\nMessage-ID: <%s@example.org>\n\nHello from the demo.\n' "$2" "$(basename "$1" | cut -d. -f1)" >"$1"
}
say "300 messages in a Maildir, some read, some in folders"
for d in home home/.Sent home/.Lists.golang; do mkdir -p "$d"/{cur,new,tmp}; done
for i in $(seq 300); do
  case $((i % 3)) in 0) f=home/cur/m$i.demo:2,S;; 1) f=home/.Lists.golang/cur/m$i.demo:2,;; 2) f=home/.Sent/cur/m$i.demo:2,RS;; esac
  mail "$f" "message $i"
done
run sync maildir:home maildir:away
say "changes on both sides: a flag, a move, a deletion, a new message"
mv home/cur/m3.demo:2,S home/cur/m3.demo:2,FS
mv home/cur/m6.demo:2,S home/.Lists.golang/cur/m6.demo:2,S
rm away/cur/*m9.demo* 2>/dev/null || rm "$(grep -l '<m9@example.org>' away/cur/*)"
mail away/new/fresh.demo "a new message"
run plan maildir:home maildir:away || [ $? = 3 ]
run sync maildir:home maildir:away
say "nothing is left to do"
run sync maildir:home maildir:away
say "what is known of one message"
run explain m6@example.org
say "Try next: lockstep plan maildir:YOUR-MAIL maildir:A-COPY   (plan changes nothing)"
