package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// checkpoint is what a signed note of a log says (C2SP tlog-checkpoint). tlog.ParseTree insists on another first line.
type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

func openCheckpoint(msg []byte, keys note.Verifiers) (checkpoint, error) {
	n, err := note.Open(msg, keys)
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.SplitN(n.Text, "\n", 4)
	if len(lines) != 4 {
		return checkpoint{}, fmt.Errorf("no checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, fmt.Errorf("size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	return checkpoint{lines[0], size, root}, err
}

// keysOf reads verifier keys, one a line; the name of the first is the origin.
func keysOf(text string) (note.Verifiers, string) {
	var keys []note.Verifier
	for _, line := range strings.Fields(text) {
		v, err := note.NewVerifier(line)
		if err != nil {
			reject("verifier key: %v", err)
		}
		keys = append(keys, v)
	}
	if len(keys) == 0 {
		reject("no verifier key")
	}
	return note.VerifierList(keys...), keys[0].Name()
}

// verify checks a whole ledger.
func verify(journal, ledger, vkey, rememberedFile string) {
	if vkey == "" {
		b, err := ioutil.ReadFile(filepath.Join(ledger, "ledger.vkey"))
		need(err)
		vkey = string(b)
	}
	keys, origin := keysOf(vkey)
	kept := readKept(filepath.Join(ledger, "checkpoints.log"), keys, origin)
	var newest checkpoint
	if msg, err := ioutil.ReadFile(filepath.Join(ledger, "checkpoint")); err == nil {
		if newest, err = openCheckpoint(msg, keys); err != nil {
			reject("checkpoint: %v", err)
		}
	} else if !os.IsNotExist(err) {
		need(err)
	}
	if len(kept) > 0 && kept[len(kept)-1] != newest || len(kept) == 0 && newest.size > 0 {
		reject("the published checkpoint is not the last one kept")
	}
	leaves := readJournal(journal, origin, uint64(newest.size))
	if int64(len(leaves)) < newest.size {
		reject("%d records were signed, the journal holds %d", newest.size, len(leaves))
	}
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = hashes[x]
		}
		return out, nil
	})
	for i, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(i), leaf, reader)
		need(err)
		hashes = append(hashes, more...)
	}
	for _, c := range kept {
		checkRoot(c, reader, "checkpoints.log")
	}
	if rememberedFile != "" {
		msg, err := ioutil.ReadFile(rememberedFile)
		need(err)
		c, err := openCheckpoint(msg, keys)
		if err != nil {
			reject("%s: %v", rememberedFile, err)
		}
		if c.size > int64(len(leaves)) {
			reject("%d records were remembered, the journal holds %d: it was put back", c.size, len(leaves))
		}
		checkRoot(c, reader, rememberedFile)
	}
	checkTiles(ledger, leaves[:newest.size], reader)
	fmt.Printf("intact: %d records, %d signed, %d checkpoints\n", len(leaves), newest.size, len(kept))
}

func checkRoot(c checkpoint, reader tlog.HashReader, where string) {
	root, err := treeHash(c.size, reader)
	need(err)
	if root != c.root {
		reject("%s: the root of %d records is %v, the checkpoint says %v", where, c.size, root, c.root)
	}
}

// treeHash is tlog.TreeHash, which does not know RFC 6962's root of the empty tree.
func treeHash(n int64, reader tlog.HashReader) (tlog.Hash, error) {
	if n == 0 {
		return tlog.ParseHash("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
	}
	return tlog.TreeHash(n, reader)
}

// readKept reads every note of checkpoints.log: each ends with an empty line behind a signature line (FORMAT.md 6).
func readKept(path string, keys note.Verifiers, origin string) []checkpoint {
	data, err := ioutil.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	need(err)
	var kept []checkpoint
	for len(data) > 0 {
		signatures := bytes.Index(data, []byte("\n\n"))
		if signatures < 0 {
			reject("checkpoints.log: the last note is not whole")
		}
		end := bytes.Index(data[signatures+2:], []byte("\n\n"))
		if end < 0 {
			reject("checkpoints.log: the last note is not whole")
		}
		end += signatures + 3
		c, err := openCheckpoint(data[:end], keys)
		if err != nil {
			reject("checkpoints.log, note %d: %v", len(kept)+1, err)
		}
		if c.origin != origin || len(kept) > 0 && c.size < kept[len(kept)-1].size {
			reject("checkpoints.log, note %d: another origin, or a smaller tree", len(kept)+1)
		}
		kept = append(kept, c)
		data = data[end+1:]
	}
	return kept
}

// checkTiles compares every tile and entry bundle that a checkpoint of this size needs.
func checkTiles(ledger string, leaves [][]byte, reader tlog.HashReader) {
	for _, tile := range tlog.NewTiles(8, 0, int64(len(leaves))) {
		if tile.W < 256 && int64(tile.W) != int64(len(leaves))>>uint(8*tile.L)&255 {
			continue // x/mod names every width on the way; a checkpoint needs the last
		}
		want, err := tlog.ReadTileData(tile, reader)
		need(err)
		// tile/8/LEVEL/N in x/mod is tile/LEVEL/N in C2SP tlog-tiles
		compare(filepath.Join(ledger, "tile", strings.TrimPrefix(tile.Path(), "tile/8/")), want)
	}
	for first := 0; first < len(leaves); first += 256 {
		width := len(leaves) - first
		if width > 256 {
			width = 256
		}
		var want []byte
		for _, leaf := range leaves[first : first+width] {
			var length [2]byte
			binary.BigEndian.PutUint16(length[:], uint16(len(leaf)))
			want = append(append(want, length[:]...), leaf...)
		}
		tile := tlog.Tile{H: 8, L: 0, N: int64(first / 256), W: width}
		compare(filepath.Join(ledger, "tile", "entries", strings.TrimPrefix(tile.Path(), "tile/8/0/")), want)
	}
}

func compare(path string, want []byte) {
	have, err := ioutil.ReadFile(path)
	if os.IsNotExist(err) {
		reject("%s is missing", path)
	}
	need(err)
	if !bytes.Equal(have, want) {
		reject("%s is not what the journal's leaves give", path)
	}
}

// checkProofFile checks a .tlog-proof of one leaf (C2SP tlog-proof), offline.
func checkProofFile(leafFile, proofFile, vkey string) {
	leaf, err := ioutil.ReadFile(leafFile)
	need(err)
	data, err := ioutil.ReadFile(proofFile)
	need(err)
	keys, _ := keysOf(vkey)
	split := bytes.Index(data, []byte("\n\n"))
	if split < 0 || !bytes.HasPrefix(data, []byte("c2sp.org/tlog-proof@v1\n")) {
		reject("no tlog-proof")
	}
	lines := strings.Split(string(data[:split]), "\n")[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		reject("no index line")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		reject("index: %v", err)
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			reject("proof hash: %v", err)
		}
		proof = append(proof, h)
	}
	c, err := openCheckpoint(data[split+2:], keys)
	if err != nil {
		reject("checkpoint: %v", err)
	}
	if err := tlog.CheckRecord(proof, c.size, c.root, index, tlog.RecordHash(leaf)); err != nil {
		reject("%v", err)
	}
	fmt.Printf("included: leaf %d of %d\n", index, c.size)
}
