package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io/ioutil"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

const (
	segmentHeaderBytes = 128
	recordHeaderBytes  = 11
	commitBodyBytes    = 24
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func crc(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

func zero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// segment is one file of the journal (FORMAT.md 2).
type segment struct {
	name  string
	first uint64
	data  []byte
}

// readJournal gives every leaf in order, having checked all there is to check of the segments (FORMAT.md 2 and 3). Behind signed, the
// last group may be unfinished.
func readJournal(folder, origin string, signed uint64) [][]byte {
	segments := listSegments(folder)
	if len(segments) == 0 || segments[0].first != 0 {
		reject("the first segment is missing")
	}
	var leaves [][]byte
	end := uint64(0)
	var before *segment
	for i := range segments {
		s := &segments[i]
		limit := ^uint64(0)
		if i+1 < len(segments) {
			limit = segments[i+1].first
		}
		supersedes := s.checkHeader(origin, end)
		if before != nil && !supersedes && !zero(before.data[end:]) {
			reject("%s: bytes that are not zero behind offset %d", before.name, end)
		}
		var found [][]byte
		found, end = s.walk(limit, signed)
		leaves = append(leaves, found...)
		before = s
	}
	return leaves
}

func listSegments(folder string) []segment {
	entries, err := ioutil.ReadDir(folder)
	need(err)
	var segments []segment
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".seg") || len(e.Name()) != 24 {
			continue
		}
		first, err := strconv.ParseUint(e.Name()[:20], 10, 64)
		need(err)
		data, err := ioutil.ReadFile(filepath.Join(folder, e.Name()))
		need(err)
		segments = append(segments, segment{e.Name(), first, data})
	}
	sort.Slice(segments, func(i, j int) bool { return segments[i].first < segments[j].first })
	return segments
}

func (s *segment) checkHeader(origin string, previousEnd uint64) (supersedes bool) {
	h := s.data
	if len(h) < segmentHeaderBytes || string(h[:8]) != "TASERJNL" {
		reject("%s: no segment", s.name)
	}
	le := binary.LittleEndian
	hash := sha256.Sum256([]byte(origin))
	flags := le.Uint32(h[12:])
	switch {
	case le.Uint32(h[72:]) != crc(h[:72]):
		reject("%s: header CRC", s.name)
	case le.Uint32(h[8:]) != 1 || flags > 1 || !zero(h[76:128]):
		reject("%s: header of an unknown format", s.name)
	case !bytes.Equal(h[16:48], hash[:]):
		reject("%s: another log's segment", s.name)
	case le.Uint64(h[48:]) != s.first:
		reject("%s: its header says first index %d", s.name, le.Uint64(h[48:]))
	case le.Uint64(h[56:]) != uint64(len(h)):
		reject("%s: %d bytes, its header says %d", s.name, len(h), le.Uint64(h[56:]))
	case le.Uint64(h[64:]) != previousEnd:
		reject("%s: the segment before ends at %d, not at %d", s.name, previousEnd, le.Uint64(h[64:]))
	}
	return flags == 1
}

// walk reads commit groups until free space or the limit.
func (s *segment) walk(limit, signed uint64) (leaves [][]byte, end uint64) {
	end = segmentHeaderBytes
	index := s.first
	for index < limit {
		group, next, why := s.group(end, index)
		if why == "" && group == nil {
			break
		}
		if why != "" {
			if limit == ^uint64(0) && index >= signed && s.isUnfinished(end) {
				fmt.Printf("note: an unfinished group at %s offset %d, never acknowledged\n", s.name, end)
				return leaves, end
			}
			reject("%s at offset %d and following, record %d and following: %s", s.name, end, index, why)
		}
		leaves = append(leaves, group...)
		index += uint64(len(group))
		end = next
	}
	switch {
	case limit == ^uint64(0) && !zero(s.data[end:]):
		reject("%s: bytes that are not zero behind offset %d", s.name, end)
	case limit != ^uint64(0) && index != limit:
		reject("%s: records %d to %d are missing", s.name, index, limit-1)
	}
	return leaves, end
}

// group reads one commit group; nothing and no reason at free space.
func (s *segment) group(start, index uint64) (leaves [][]byte, end uint64, why string) {
	at := start
	var sum uint32
	for {
		kind, leaf, last, size, why := s.entry(at)
		if why != "" {
			return nil, 0, why
		}
		if kind == 0 {
			if at != start {
				return nil, 0, "the commit entry is missing"
			}
			return nil, 0, ""
		}
		e := s.data[at : at+size]
		if kind == 255 {
			b := e[recordHeaderBytes:]
			le := binary.LittleEndian
			if le.Uint32(b[20:]) != crc(b[:20]) || le.Uint64(b) != index+uint64(len(leaves)) || le.Uint64(b[8:]) != start ||
				le.Uint32(b[16:]) != sum || len(leaves) == 0 {
				return nil, 0, "the commit entry does not fit its group"
			}
			return leaves, at + size, ""
		}
		sum = crc32.Update(sum, castagnoli, e[:recordHeaderBytes+len(leaf)+4])
		if !zero(last) { // all zero: disposed of; which leaf says so is for a reader of leaves
			if binary.LittleEndian.Uint32(last[len(last)-4:]) != crc(last[:len(last)-4]) {
				return nil, 0, "salt and received bytes fail their CRC"
			}
			commitment := sha256.Sum256(append([]byte{2}, last[:len(last)-4]...))
			if !bytes.Equal(commitment[:], leaf[2:34]) {
				return nil, 0, "salt and received bytes are not those the leaf commits to"
			}
		}
		leaves = append(leaves, leaf)
		at += size
	}
}

// entry reads what stands at an offset (FORMAT.md 3.1).
func (s *segment) entry(at uint64) (kind byte, leaf, last []byte, size uint64, why string) {
	rest := s.data[at:]
	if len(rest) < recordHeaderBytes || zero(rest[:recordHeaderBytes]) {
		return 0, nil, nil, 0, ""
	}
	le := binary.LittleEndian
	length, kind, leafBytes := uint64(le.Uint32(rest)), rest[4], uint64(le.Uint16(rest[5:]))
	if le.Uint32(rest[7:]) != crc(rest[:7]) {
		return 0, nil, nil, 0, "record header fails its CRC"
	}
	size = recordHeaderBytes + length
	if uint64(len(rest)) < size {
		return 0, nil, nil, 0, "the record runs past the end of the segment"
	}
	if kind == 255 {
		if leafBytes != 0 || length != commitBodyBytes {
			return 0, nil, nil, 0, "commit entry of a wrong length"
		}
		return kind, nil, nil, size, ""
	}
	if kind < 1 || kind > 3 || leafBytes < 34 || leafBytes > 1024 || length < leafBytes+40 || (kind == 3 && length != leafBytes+40) {
		return 0, nil, nil, 0, "record header out of range"
	}
	leaf = rest[recordHeaderBytes : recordHeaderBytes+leafBytes]
	if le.Uint32(rest[recordHeaderBytes+leafBytes:]) != crc(leaf) {
		return 0, nil, nil, 0, "the leaf fails its CRC"
	}
	return kind, leaf, rest[recordHeaderBytes+leafBytes+4 : size], size, ""
}

// isUnfinished says whether whole entries, then one cut entry, then nothing but zeros stand from an offset on (FORMAT.md 4).
func (s *segment) isUnfinished(at uint64) bool {
	for {
		kind, _, last, size, why := s.entry(at)
		whole := why == "" && kind != 0 && (kind == 255 || binary.LittleEndian.Uint32(last[len(last)-4:]) == crc(last[:len(last)-4]))
		if whole && kind != 255 {
			at += size
			continue
		}
		reach := at
		switch rest := s.data[at:]; {
		case len(rest) < recordHeaderBytes || zero(rest[:recordHeaderBytes]):
		case binary.LittleEndian.Uint32(rest[7:]) == crc(rest[:7]):
			reach += recordHeaderBytes + uint64(binary.LittleEndian.Uint32(rest))
		default: // a header can be cut between sectors only
			reach = (at/512 + 1) * 512
			fits := rest[4] >= 1 && rest[4] <= 3 || rest[4] == 255
			if reach >= at+recordHeaderBytes || reach-at > 4 && !fits {
				return false
			}
		}
		if reach > uint64(len(s.data)) {
			reach = uint64(len(s.data))
		}
		return zero(s.data[reach:])
	}
}
