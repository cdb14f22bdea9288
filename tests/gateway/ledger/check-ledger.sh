#!/bin/sh
# Checks a whole ledger with OpenSSL 3, od, awk and a POSIX shell alone: every kept checkpoint's signature, every record against its
# commitment, the tree over the leaves against the signed root, tiles and entry bundles, and the space behind the last record.
# It knows nothing of disposals and recoveries, and cannot check the CRCs that lie beside the hashes: those are for the other two.
# With a checkpoint that somebody kept (a signed note in a file) it also says whether this ledger leads to it: a copy put back and a fork
# signed with the real key are found so, and only so.
#   check-ledger.sh DATA [REMEMBERED]
# 0: accepted. 3: rejected. 2: called wrongly.
set -u
LC_ALL=C; export LC_ALL
[ $# -ge 1 ] && [ $# -le 2 ] && [ -d "$1/journal" ] || { echo "usage: $0 DATA [REMEMBERED]" >&2; exit 2; }
journal=$1/journal tlog=$1/ledger here=$(dirname "$0") remembered=${2-}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
reject() { echo "REJECTED: $*"; exit 3; }
mkdir "$work/note" "$work/leaf" "$work/raw" "$work/bundle" "$work/node"

# 1. every kept note is signed, and the newest one is what is published (FORMAT.md clause 6)
[ -s "$tlog/checkpoint" ] && [ -s "$tlog/checkpoints.log" ] || reject "no checkpoint"
awk -v d="$work/note/" 'BEGIN { n = 100000 } /^$/ && signed { close(d n); n++; signed = 0; next } { print > (d n); signed = /^— / }
    END { if (signed) exit 1 }' "$tlog/checkpoints.log" || reject "checkpoints.log ends in the middle of a note"
for note in "$work"/note/*; do
    sh "$here/check-checkpoint.sh" "$tlog/ledger.vkey" "$note" > /dev/null || reject "a kept checkpoint's signature does not hold"
    awk '/^$/ { exit } { print }' "$note" > "$work/last"
done
sh "$here/check-checkpoint.sh" "$tlog/ledger.vkey" "$tlog/checkpoint" > /dev/null || reject "the checkpoint's signature does not hold"
awk '/^$/ { exit } { print }' "$tlog/checkpoint" | cmp -s - "$work/last" || reject "the published checkpoint is not the last kept one"
size=$(sed -n 2p "$work/last") root=$(sed -n 3p "$work/last")

# 2. segments: records in order, without a hole; leaves, commitments' inputs and entry bundles are written out (clauses 2 and 3)
index=0 end=0
set -- "$journal"/*.seg
while [ $# -gt 0 ]; do
    seg=$1; shift
    first=$(basename "$seg" .seg); next=-1
    [ $# -gt 0 ] && next=$(basename "$1" .seg)
    # by the MiB, until awk has seen enough: where whoever started this ignores SIGPIPE, od would go on to the end of every segment
    rm -f "$work/enough"; bytes=$(wc -c < "$seg")
    from=0
    while [ ! -e "$work/enough" ] && [ $((from * 1048576)) -lt "$bytes" ]; do
        dd if="$seg" bs=1048576 skip="$from" count=1 2>/dev/null | od -An -v -tu1 2>/dev/null; from=$((from + 1))
    done | awk -v first="$first" -v limit="$next" -v index0="$index" -v before="$end" -v length0="$bytes" -v work="$work/" '
        function le(from, count,   v, i) { v = 0; for (i = count - 1; i >= 0; i--) v = v * 256 + b[from + i]; return v }
        function fail(why) { print "bad " why; failed = 1; exit }
        # a bundle may go on from the segment before
        function byte(file, v) { printf "%c", v >> file }
        # asks for the next so many bytes in b[0..]
        function want(count, then) { need = count; have = 0; state = then }
        function header(   i, used) {
            used = 0
            for (i = 0; i < 11; i++) used += b[i]
            if (used == 0) { print "end " at - 11; stopped = 1; exit }
            len = le(0, 4); kind = b[4]; leaf = le(5, 2)
            if (kind == 255) { if (len != 24 || leaf != 0) fail("commit entry at " at - 11) }
            else if (kind < 1 || kind > 3 || leaf < 34 || leaf > 1024 || len < leaf + 40 || len > leaf + 40 + 1048576) fail("record header at " at - 11)
            want(len, "entry")
        }
        function entry(   i, f, r, hex, bundle) {
            if (kind == 255) {
                if (le(0, 8) != at_record || le(8, 8) != group || at_record == from) fail("commit entry before " at)
                group = at; from = at_record
                if (limit >= 0 && at_record >= limit) { print "end " at; stopped = 1; exit }
                want(11, "header"); return
            }
            f = work "leaf/" (1000000 + at_record); r = work "raw/" (1000000 + at_record); bundle = work "bundle/" int(at_record / 256)
            byte(f, 0); byte(r, 2); byte(bundle, int(leaf / 256)); byte(bundle, leaf % 256)
            for (i = 0; i < leaf; i++) { byte(f, b[i]); byte(bundle, b[i]); if (i >= 2 && i < 34) hex = hex sprintf("%02x", b[i]) }
            for (i = leaf + 4; i < len - 4; i++) byte(r, b[i])
            close(f); close(r)
            print hex > (work "committed")
            at_record++
            want(11, "header")
        }
        BEGIN { at_record = index0 + 0; at = 0; want(128, "start") }
        {
            for (field = 1; field <= NF; field++) {
                b[have++] = $field; at++
                if (have < need) continue
                if (state == "start") {
                    for (i = 76; i < 128; i++) if (b[i]) fail("segment header")
                    if (le(8, 4) != 1 || le(48, 8) != first + 0 || at_record != first + 0) fail("segment " first " does not follow record " at_record)
                    if (le(56, 8) != length0) fail("segment " first " has not its length")
                    if (b[12] == 0 && le(64, 8) != before + 0) fail("segment " first " does not follow its predecessor")
                    from = at_record; group = 128
                    want(11, "header")
                }
                else if (state == "header") header()
                else entry()
            }
        }
        END { printf "" > (work "enough"); close(work "enough"); print "index " at_record; if (!failed && !stopped) print "bad segment " first " ends too soon" }' > "$work/said"
    grep '^bad' "$work/said" && reject "$(sed -n 's/^bad //p' "$work/said" | head -n 1)"
    cat "$work/committed" >> "$work/committed.all" 2>/dev/null; rm -f "$work/committed"
    index=$(sed -n 's/^index //p' "$work/said") end=$(sed -n 's/^end //p' "$work/said")
    [ "$(tail -c "+$((end + 1))" "$seg" | tr -d '\0' | head -c 1 | wc -c)" -eq 0 ] || reject "bytes stand in free space of $seg"
done
[ "$index" -ge "$size" ] || reject "the journal has $index records, the checkpoint signs for $size"

# 3. each record is what its leaf commits to: SHA-256(0x02 | salt | received)
hashes() { find "$1" -type f | sort | xargs openssl dgst -sha256 -r | cut -d' ' -f1; }
hashes "$work/raw" | cmp -s - "$work/committed.all" || reject "salt and received bytes are not those that a leaf commits to"

# 4. the tree (RFC 6962): pairs upwards, an odd one is carried; every 8th level is a level of tiles
hashes "$work/leaf" | head -n "$size" > "$work/leaves"
cp "$work/leaves" "$work/level"
bytes_of() { printf '%s' "$1" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n'; }
# One level up; fails at the root.
up() {
    count=$(wc -l < "$work/level")
    [ "$count" -gt 1 ] || return 1
    rm -rf "$work/node"; mkdir "$work/node"
    awk -v d="$work/node/" '
        BEGIN { for (i = 0; i < 256; i++) of[sprintf("%02x", i)] = i }
        { if (NR % 2) { left = $0; next }
          f = d (1000000 + NR / 2); printf "%c", 1 > f; both = left $0
          for (i = 1; i <= 128; i += 2) printf "%c", of[substr(both, i, 2)] > f
          close(f) }' "$work/level"
    { hashes "$work/node"; [ $((count % 2)) -eq 0 ] || tail -n 1 "$work/level"; } > "$work/above"
    mv "$work/above" "$work/level"
}
level=0
while :; do
    if [ $((level % 8)) -eq 0 ]; then
        full=$((size >> level)) tile=0
        while [ $((tile * 256)) -lt "$full" ]; do
            width=$((full - tile * 256)); name=$(printf '%03d' "$tile")
            [ "$tile" -lt 1000 ] || reject "this script is for smaller ledgers"
            if [ "$width" -ge 256 ]; then width=256; else name=$name.p/$width; fi
            od -An -v -tx1 -w32 "$tlog/tile/$((level / 8))/$name" 2>/dev/null | tr -d ' ' > "$work/tile"
            sed -n "$((tile * 256 + 1)),$((tile * 256 + width))p" "$work/level" | cmp -s - "$work/tile" || reject "tile/$((level / 8))/$name"
            if [ "$level" -eq 0 ] && [ "$width" -eq 256 ]; then cmp -s "$work/bundle/$tile" "$tlog/tile/entries/$name" || reject "tile/entries/$name"; fi
            tile=$((tile + 1))
        done
    fi
    up || break
    level=$((level + 1))
done
[ "$(bytes_of "$root")" = "$(cat "$work/level")" ] || reject "the root is not that of the journal's leaves"

# 5. the first so many leaves have the root that somebody remembers (clause 6)
if [ -n "$remembered" ]; then
    sh "$here/check-checkpoint.sh" "$tlog/ledger.vkey" "$remembered" > /dev/null || reject "the remembered checkpoint is not signed with this ledger's key"
    [ "$(sed -n 1p "$remembered")" = "$(sed -n 1p "$work/last")" ] || reject "the remembered checkpoint is another ledger's"
    old=$(sed -n 2p "$remembered")
    [ "$old" -le "$size" ] || reject "somebody remembers $old records, this ledger has signed for $size: an older copy was put back"
    head -n "$old" "$work/leaves" > "$work/level"
    while up; do :; done
    [ "$old" -eq 0 ] || [ "$(bytes_of "$(sed -n 3p "$remembered")")" = "$(cat "$work/level")" ] || reject "this ledger does not lead to the checkpoint over $old records that somebody remembers: another one was signed"
fi
echo "accepted: $index records, of them $size signed for, root $root"
