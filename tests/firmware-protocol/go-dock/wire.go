package main

import (
	"encoding/binary"
	"hash/crc32"
)

// Clauses named in comments are those of firmware-protocol/SPEC.md.

const (
	magic           = 0xCE
	headerBytes     = 16
	checkBytes      = 4
	serialPayload   = 1024
	stretchBytesMax = 1049 // 3.4
)

const (
	tHello            = 0x01
	tChallenge        = 0x02
	tWelcome          = 0x03
	tHeartbeat        = 0x04
	tBusy             = 0x05
	tAbort            = 0x06
	tGoodbye          = 0x07
	tDocked           = 0x10
	tWant             = 0x11
	tUndocked         = 0x12
	tDockHealth       = 0x15
	tRecordBatch      = 0x20
	tBlock            = 0x21
	tSessionHead      = 0x22
	tAck              = 0x30
	tNack             = 0x31
	tHold             = 0x32
	tClockReading     = 0x40
	tClockEchoRequest = 0x41
	tClockEcho        = 0x42
	tNonceGrant       = 0x50
	tReceipt          = 0x51
	tReceiptShown     = 0x52
	tCheckpointHeld   = 0x53
	tConsistencyProof = 0x54
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli) // 2.4

type frame struct {
	kind    byte
	session uint32
	number  uint32
	payload []byte
}

func (f frame) bytes() []byte {
	b := make([]byte, headerBytes, headerBytes+len(f.payload)+checkBytes)
	b[0], b[1], b[2], b[3] = magic, 1, f.kind, 0
	binary.LittleEndian.PutUint32(b[4:], f.session)
	binary.LittleEndian.PutUint32(b[8:], f.number)
	binary.LittleEndian.PutUint16(b[12:], uint16(len(f.payload)))
	return seal(append(b, f.payload...))
}

// seal writes both checks; what stands before them is left as it is, right or wrong.
func seal(b []byte) []byte {
	binary.LittleEndian.PutUint16(b[14:], uint16(crc32.Checksum(b[:14], castagnoli)))
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// readFrame reads one whole stretch in the order of clause 2.5; reason 0 is a frame.
func readFrame(b []byte, payloadMax int) (frame, uint16) {
	if len(b) > 0 && b[0] != magic {
		return frame{}, 1
	}
	if len(b) < headerBytes {
		return frame{}, 7
	}
	if binary.LittleEndian.Uint16(b[14:]) != uint16(crc32.Checksum(b[:14], castagnoli)) {
		return frame{}, 3
	}
	if b[1] != 1 {
		return frame{}, 2
	}
	n := int(binary.LittleEndian.Uint16(b[12:]))
	if n > payloadMax {
		return frame{}, 4
	}
	end := headerBytes + n
	if len(b) < end+checkBytes {
		return frame{}, 7
	}
	if len(b) > end+checkBytes {
		return frame{}, 8
	}
	if binary.LittleEndian.Uint32(b[end:]) != crc32.Checksum(b[:end], castagnoli) {
		return frame{}, 5
	}
	return frame{b[2], binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:]), b[headerBytes:end]}, 0
}

// cobs encodes as clause 3.2 says and puts the zero behind it.
func cobs(b []byte) []byte {
	out := []byte{0}
	code, run := 0, byte(1)
	for i, x := range b {
		if x != 0 {
			out = append(out, x)
			run++
		}
		if x == 0 || (run == 0xFF && i < len(b)-1) {
			out[code] = run
			code, run = len(out), 1
			out = append(out, 0)
		}
	}
	out[code] = run
	return append(out, 0)
}

// uncobs decodes what stands between two zeros.
func uncobs(b []byte) ([]byte, bool) {
	var out []byte
	for i := 0; i < len(b); {
		n := int(b[i])
		if n == 0 || i+n > len(b) {
			return nil, false
		}
		out = append(out, b[i+1:i+n]...)
		i += n
		if n < 0xFF && i < len(b) {
			out = append(out, 0)
		}
	}
	return out, true
}

// line cuts the bytes of a serial line into stretches.
type line struct {
	stretch []byte
	tooLong bool
}

// take returns the next stretch in b, what is left of b, and a reason when the stretch is none.
func (l *line) take(b []byte) (stretch, rest []byte, reason uint16, whole bool) {
	for i, x := range b {
		if x != 0 {
			if len(l.stretch) >= stretchBytesMax {
				l.tooLong = true
				continue
			}
			l.stretch = append(l.stretch, x)
			continue
		}
		got, long := l.stretch, l.tooLong
		l.stretch, l.tooLong = nil, false
		if len(got) == 0 {
			continue
		}
		if long {
			return nil, b[i+1:], 9, true
		}
		out, ok := uncobs(got)
		if !ok {
			return nil, b[i+1:], 6, true
		}
		return out, b[i+1:], 0, true
	}
	return nil, nil, 0, false
}

// writer appends fields; all integers are little-endian (1.2).
type writer []byte

func (w *writer) u8(v byte)       { *w = append(*w, v) }
func (w *writer) u16(v uint16)    { *w = binary.LittleEndian.AppendUint16(*w, v) }
func (w *writer) u32(v uint32)    { *w = binary.LittleEndian.AppendUint32(*w, v) }
func (w *writer) u64(v uint64)    { *w = binary.LittleEndian.AppendUint64(*w, v) }
func (w *writer) raw(b []byte)    { *w = append(*w, b...) }
func (w *writer) text(s string)   { *w = append(append(*w, byte(len(s))), s...) }
func (w *writer) epoch(e epoch)   { w.u32(e.number); w.u64(e.incarnation) }
func (w *writer) span(s span)     { w.u64(s.first); w.u32(s.count) }
func (w *writer) unsigned()       { w.u8(0); w.u8(0) }
func (w *writer) signed(s []byte) { w.u8(1); w.u8(64); w.raw(s) }

// reader takes fields; a field that is not there makes it bad.
type reader struct {
	b   []byte
	at  int
	bad bool
}

func (r *reader) raw(n int) []byte {
	if r.bad || r.at+n > len(r.b) {
		r.bad = true
		return make([]byte, n)
	}
	r.at += n
	return r.b[r.at-n : r.at]
}
func (r *reader) u8() byte     { return r.raw(1)[0] }
func (r *reader) u16() uint16  { return binary.LittleEndian.Uint16(r.raw(2)) }
func (r *reader) u32() uint32  { return binary.LittleEndian.Uint32(r.raw(4)) }
func (r *reader) u64() uint64  { return binary.LittleEndian.Uint64(r.raw(8)) }
func (r *reader) text() string { return string(r.raw(int(r.u8()))) }
func (r *reader) epoch() epoch { return epoch{r.u32(), r.u64()} }
func (r *reader) span() span   { return span{r.u64(), r.u32()} }

type epoch struct {
	number      uint32
	incarnation uint64
}

type span struct {
	first uint64
	count uint32
}

func (s span) next() uint64 { return s.first + uint64(s.count) }
