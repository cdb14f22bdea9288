#!/bin/sh
# Checks the signature of a ledger's checkpoint with OpenSSL 3 and a POSIX shell alone.
#   check-checkpoint.sh VKEY-FILE CHECKPOINT-FILE
# 0: signed by that key. 3: it is not. 2: called wrongly, or a file that is none.
set -eu
[ $# -eq 2 ] || { echo "usage: $0 VKEY-FILE CHECKPOINT-FILE" >&2; exit 2; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
vkey=$(tail -n 1 "$1")
name=${vkey%%+*}; rest=${vkey#*+}; id=${rest%%+*}; key64=${rest#*+}
printf '%s' "$key64" | openssl base64 -d -A > "$work/typed"
[ "$(wc -c < "$work/typed")" -eq 33 ] || { echo "no Ed25519 verifier key" >&2; exit 2; }
# key id: first 4 bytes of SHA-256(name, newline, type, key)
own=$( { printf '%s\n' "$name"; cat "$work/typed"; } | openssl dgst -sha256 -r | cut -c1-8)
[ "$own" = "$id" ] || { echo "REJECTED: key id $id does not belong to the key ($own)"; exit 3; }
# SubjectPublicKeyInfo of Ed25519 is a fixed header and the 32 bytes
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; tail -c 32 "$work/typed"; } > "$work/key.der"
# the signed text ends before the last empty line
awk '{ line[NR] = $0 } /^$/ { last = NR } END { for (i = 1; i < last; i++) print line[i] }' "$2" > "$work/text"
sed -n "s|^— $name ||p" "$2" | while read -r blob; do
  printf '%s' "$blob" | openssl base64 -d -A > "$work/blob"
  [ "$(head -c 4 "$work/blob" | od -An -tx1 | tr -d ' \n')" = "$id" ] || continue
  tail -c +5 "$work/blob" > "$work/signature"
  if openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$work/key.der" -sigfile "$work/signature" -in "$work/text" > /dev/null 2>&1; then
    : > "$work/good"
  fi
done
[ -e "$work/good" ] || { echo "REJECTED: no signature of $name holds"; exit 3; }
echo "signed by $name: $(sed -n 2p "$work/text") records, root $(sed -n 3p "$work/text")"
