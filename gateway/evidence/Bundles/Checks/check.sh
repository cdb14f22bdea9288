#!/bin/sh
# Checks this bundle by hand with OpenSSL 3 and nothing else: the signature on the checkpoint, and that every raw record is the one
# its leaf commits to. The path from leaf to checkpoint is checked by check.py or taser-audit verify-evidence.
# Run it in the folder into which the bundle was unpacked:  sh checks/check.sh
set -u
bad=0
work=$(mktemp -d) || exit 4
trap 'rm -rf "$work"' EXIT

# The log's key: name+id+base64(type | 32 bytes). Fixed bytes in front make it a key file that OpenSSL reads.
vkey=$(head -n 1 log.vkey)
key64=${vkey#*+}
key64=${key64#*+}
printf '%s\n' "$key64" | openssl base64 -d -A >"$work/typed"
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; tail -c 32 "$work/typed"; } >"$work/key.der"

# The signed text ends before the empty line; the signature follows the name on the first signature line, after 4 bytes of key id.
awk 'BEGIN{RS="";ORS="\n"} NR==1{print}' checkpoint.txt >"$work/text"
name=${vkey%%+*}
grep -F " $name " checkpoint.txt | tail -n 1 | awk '{print $3}' | openssl base64 -d -A >"$work/line"
tail -c 64 "$work/line" >"$work/signature"
if openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/text" -sigfile "$work/signature" >/dev/null 2>&1; then
    echo "signature on the checkpoint: holds"
else
    echo "signature on the checkpoint: DOES NOT HOLD"
    bad=1
fi

count=0
for received in received/*.bin; do
    [ -e "$received" ] || continue
    item=$(basename "$received" .bin)
    want=$(head -c 34 "leaves/$item.leaf" | tail -c 32 | od -An -v -tx1 | tr -d ' \n')
    have=$({ printf '\002'; cat "salts/$item.salt" "$received"; } | openssl dgst -sha256 -r | cut -d' ' -f1)
    count=$((count + 1))
    if [ "$want" != "$have" ]; then
        echo "leaf $item: raw bytes are NOT those that it commits to"
        bad=1
    fi
done
[ "$bad" = 0 ] && echo "$count raw records are those that their leaves commit to"
[ "$bad" = 0 ] || exit 3
