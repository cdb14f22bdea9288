#!/usr/bin/env python3
"""Checks this bundle with Python 3 alone (and the openssl command for the signature), without any of the product's code.

Run it in the folder into which the bundle was unpacked:  python3 checks/check.py
It answers: is the checkpoint signed by the key in log.vkey; does every leaf stand in the log at its index under that checkpoint;
are the raw records those that their leaves commit to. Exit code 0: all holds; 3: something does not.
"""
import base64, hashlib, json, os, subprocess, sys, tempfile


def sha(data):
    return hashlib.sha256(data).digest()


def read(name):
    with open(name, "rb") as f:
        return f.read()


def signed(text, line, key):
    with tempfile.TemporaryDirectory() as work:
        for name, data in (("key", bytes.fromhex("302a300506032b6570032100") + key), ("text", text), ("sig", line[4:])):
            with open(os.path.join(work, name), "wb") as f:
                f.write(data)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", work + "/key", "-rawin", "-in", work + "/text", "-sigfile", work + "/sig"]
        return subprocess.run(command, capture_output=True).returncode == 0


def included(index, size, leaf_hash, path, root):
    """RFC 9162 section 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf_hash
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = sha(b"\x01" + p + r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha(b"\x01" + r + p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


bad = []
note = read("checkpoint.txt")
text, signatures = note.rsplit(b"\n\n", 1)
text += b"\n"
origin, size, root = text.decode().split("\n")[:3]
size, root = int(size), base64.b64decode(root)
name, key_id, blob = read("log.vkey").decode().split("\n")[0].split("+", 2)
key = base64.b64decode(blob)[1:]
lines = [line.split(" ") for line in signatures.decode().strip().split("\n")]
ours = [base64.b64decode(line[2]) for line in lines if line[1] == name and base64.b64decode(line[2])[:4].hex() == key_id]
if origin != name or not ours or not all(signed(text, line, key) for line in ours):
    bad.append("the checkpoint is not signed by the key in log.vkey")

manifest = json.load(open("bundle.json", encoding="utf-8"))
leaves = raw = 0
for item in manifest["items"]:
    index = item["index"]
    stem = "%020d" % index
    leaf_hash = bytes.fromhex(item["leafHash"])
    proof = read("proofs/%s.tlog-proof" % stem)
    head, tail = proof.split(b"\n\n", 1)
    rows = head.decode().split("\n")
    if rows[0] != "c2sp.org/tlog-proof@v1" or rows[1] != "index %d" % index or tail != note:
        bad.append("proof %d is not about this leaf and checkpoint" % index)
    elif not included(index, size, leaf_hash, [base64.b64decode(row) for row in rows[2:]], root):
        bad.append("leaf %d does not stand in the log" % index)
    if item["leaf"] != "present":
        continue
    leaf = read("leaves/%s.leaf" % stem)
    leaves += 1
    if sha(b"\x00" + leaf) != leaf_hash:
        bad.append("leaf %d is not the one that was proven" % index)
    if item["bytes"] == "present":
        raw += 1
        if sha(b"\x02" + read("salts/%s.salt" % stem) + read("received/%s.bin" % stem)) != leaf[2:34]:
            bad.append("raw bytes of leaf %d are not those that it commits to" % index)

for line in bad:
    print(line)
if bad:
    sys.exit(3)
print("checkpoint of %d leaves by %s: signature holds" % (size, origin))
print("%d leaves stand in the log; %d raw records are those that were received" % (leaves, raw))
for line in manifest["completeness"]:
    print(line["sentence"])
