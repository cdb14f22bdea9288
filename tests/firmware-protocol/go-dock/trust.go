package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/bits"
)

// receipt is Receipt (8.21); a dock may forget only what one covers that verifies (13.7).
type receipt struct {
	logKind byte
	epoch   epoch
	ranges  []span
	device  string
	gateway string
	verdict string // "good", or why it is not believed
}

func readReceipt(payload []byte, key ed25519.PublicKey) (receipt, bool) {
	r := reader{b: payload}
	var out receipt
	out.logKind = r.u8()
	count := int(r.u8())
	out.epoch = r.epoch()
	r.u64()
	keyId := r.raw(8)
	for i := 0; i < count; i++ {
		out.ranges = append(out.ranges, r.span())
		r.u64()
		r.u64()
	}
	out.device = r.text()
	out.gateway = r.text()
	signed := r.at
	algorithm, length := r.u8(), int(r.u8())
	signature := r.raw(length)
	if r.bad || r.at != len(payload) {
		return out, false
	}
	id := sha256.Sum256(key)
	switch {
	case key == nil:
		out.verdict = "not judged: no receipt key was given"
	case algorithm != 1 || length != 64:
		out.verdict = "not signed with Ed25519"
	case !bytes.Equal(id[:8], keyId):
		out.verdict = fmt.Sprintf("key id %x is not that of the key known here", keyId)
	case !ed25519.Verify(key, labelled("taser/1 receipt", payload[:signed]), signature):
		out.verdict = "signature does not verify"
	default:
		out.verdict = "good"
	}
	return out, true
}

// labelled is what is signed (13.3).
func labelled(label string, payload []byte) []byte {
	return append(append([]byte(label), 0), payload...)
}

// checkpoint is the last one of the ledger that this dock was given (13.8).
type checkpoint struct {
	Origin string
	Size   uint64
	Root   []byte
	// Signature is the ledger key's, algorithm first; empty where none was given.
	Signature []byte
}

func (c checkpoint) payload() []byte {
	var w writer
	w.u64(c.Size)
	root := c.Root
	if c.Size == 0 {
		root = make([]byte, 32)
	}
	w.raw(root)
	w.text(c.Origin)
	if len(c.Signature) == 0 {
		w.raw([]byte{0, 0})
		return w
	}
	w.raw([]byte{c.Signature[0], byte(len(c.Signature) - 1)})
	w.raw(c.Signature[1:])
	return w
}

// proofParts gathers the frames of one ConsistencyProof (8.25).
type proofParts struct {
	newSize uint64
	hashes  [][]byte
}

// take returns the new checkpoint, whether the proof is whole, and why it is not believed.
func (p *proofParts) take(payload []byte, held checkpoint, key ed25519.PublicKey) (checkpoint, bool, string) {
	r := reader{b: payload}
	oldSize, newSize := r.u64(), r.u64()
	root := append([]byte(nil), r.raw(32)...)
	all, first, count := int(r.u8()), int(r.u8()), int(r.u8())
	if first == 0 || newSize != p.newSize {
		p.newSize, p.hashes = newSize, nil
	}
	for i := 0; i < count; i++ {
		hash := append([]byte(nil), r.raw(32)...)
		if first+i == len(p.hashes) {
			p.hashes = append(p.hashes, hash)
		}
	}
	origin := r.text()
	algorithm, length := r.u8(), int(r.u8())
	signature := r.raw(length)
	next := checkpoint{origin, newSize, root, nil}
	if length > 0 {
		next.Signature = append([]byte{algorithm}, signature...)
	}
	switch {
	case r.bad || r.at != len(payload):
		return held, true, "does not decode"
	case len(p.hashes) < all:
		return held, false, ""
	case oldSize != held.Size || (held.Size != 0 && origin != held.Origin):
		return held, true, "is not about the checkpoint held here"
	case key != nil && (algorithm != 1 || length != 64 || !ed25519.Verify(key, checkpointText(next), signature)):
		return held, true, "signature does not verify"
	case !consistent(held.Size, newSize, held.Root, root, p.hashes):
		return held, true, "proof does not lead from the old root to the new one"
	}
	return next, true, ""
}

func checkpointText(c checkpoint) []byte {
	return []byte(fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root)))
}

// consistent is RFC 6962 2.1.2, checked as RFC 9162 2.1.4.2 writes it down.
func consistent(oldSize, newSize uint64, oldRoot, newRoot []byte, proof [][]byte) bool {
	if oldSize == 0 {
		return len(proof) == 0
	}
	if oldSize == newSize {
		return len(proof) == 0 && bytes.Equal(oldRoot, newRoot)
	}
	if oldSize > newSize {
		return false
	}
	if bits.OnesCount64(oldSize) == 1 {
		proof = append([][]byte{oldRoot}, proof...)
	}
	if len(proof) == 0 {
		return false
	}
	fn, sn := oldSize-1, newSize-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	fr, sr := proof[0], proof[0]
	for _, c := range proof[1:] {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			fr, sr = node(c, fr), node(c, sr)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			sr = node(sr, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && bytes.Equal(fr, oldRoot) && bytes.Equal(sr, newRoot)
}

func node(left, right []byte) []byte {
	hash := sha256.Sum256(append(append([]byte{1}, left...), right...))
	return hash[:]
}
