package main

import (
	"crypto/ed25519"
	"encoding/binary"
	"hash/crc32"
)

// mistakes are those of a newcomer. "always": every frame is wrong in that way; the others happen once.
var mistakes = []string{
	"always-crc-of-zip", "always-crc-not-inverted", "always-check-of-payload-only", "always-big-endian", "always-no-cobs", "always-version-2",
	"frame-check", "header-check", "length-one-more", "length-one-less", "length-beyond-limit", "version", "magic", "cobs", "line-without-zero",
	"hello-cut", "hello-trailing", "hello-force-empty", "hello-name-with-space", "hello-version-0", "hello-limit-small", "hello-no-connection", "hello-extra-text",
	"docked-before-hello", "batch-before-hello", "batch-before-docked", "wrong-session", "gateways-type", "unknown-type", "number-zero", "number-skipped", "number-reused",
	"too-many-in-flight", "docked-range-empty", "docked-ranges-overlap", "docked-too-many-ranges", "docked-cut", "docked-sequence-bits",
	"batch-not-offered", "batch-of-device-not-docked", "batch-bytes-differ", "batch-width", "batch-count-high", "batch-count-zero", "batch-offset", "batch-trailing",
	"batch-device-empty", "batch-device-with-space", "batch-impossible", "batch-overflow", "block-part-zero",
	"head-chain", "head-signature", "hello-signature", "undocked-value", "echo-late", "receipt-shown-forged",
}

func (d *dock) is(name string) bool { return d.mistake == name && !d.made }

// once tells whether the mistake is to be made now, and that it was made.
func (d *dock) once(name string) bool {
	if !d.is(name) {
		return false
	}
	d.made = true
	say("errs: %s", name)
	return true
}

func (d *dock) ignoresWindow() bool { return d.mistake == "too-many-in-flight" }

// spoil alters a frame's bytes on their way to the line; a repeat goes out right, unless the mistake is made always.
func (d *dock) spoil(f frame, b []byte) []byte {
	end := len(b) - checkBytes
	switch d.mistake {
	case "always-crc-of-zip":
		binary.LittleEndian.PutUint16(b[14:], uint16(crc32.ChecksumIEEE(b[:14])))
		binary.LittleEndian.PutUint32(b[end:], crc32.ChecksumIEEE(b[:end]))
	case "always-crc-not-inverted":
		binary.LittleEndian.PutUint16(b[14:], ^uint16(crc32.Checksum(b[:14], castagnoli)))
		binary.LittleEndian.PutUint32(b[end:], ^crc32.Checksum(b[:end], castagnoli))
	case "always-check-of-payload-only":
		binary.LittleEndian.PutUint32(b[end:], crc32.Checksum(b[headerBytes:end], castagnoli))
	case "always-big-endian":
		binary.BigEndian.PutUint32(b[4:], f.session)
		binary.BigEndian.PutUint32(b[8:], f.number)
		binary.BigEndian.PutUint16(b[12:], uint16(len(f.payload)))
		return seal(b[:end])
	case "always-version-2":
		b[1] = 2
		return seal(b[:end])
	}
	if f.kind == tDocked && d.once("wrong-session") {
		binary.LittleEndian.PutUint32(b[4:], f.session+1)
		return seal(b[:end])
	}
	if f.kind != tRecordBatch {
		return b
	}
	switch {
	case d.once("frame-check"):
		b[end] ^= 1
	case d.once("header-check"):
		b[14] ^= 1
	case d.once("length-one-more"):
		b[12]++
		return seal(b[:end])
	case d.once("length-one-less"):
		b[12]--
		return seal(b[:end])
	case d.once("length-beyond-limit"):
		binary.LittleEndian.PutUint16(b[12:], serialPayload+1)
		return seal(append(b[:end], make([]byte, serialPayload+1-len(f.payload))...))
	case d.once("version"):
		b[1] = 2
		return seal(b[:end])
	case d.once("magic"):
		b[0] = 0xCF
		return seal(b[:end])
	case d.once("number-zero"):
		binary.LittleEndian.PutUint32(b[8:], 0)
		return seal(b[:end])
	}
	return b
}

// spoilLine alters what goes out behind COBS.
func (d *dock) spoilLine(b, encoded []byte) []byte {
	switch {
	case d.mistake == "always-no-cobs":
		return b
	case len(b) > 2 && b[2] == tRecordBatch && d.once("cobs"):
		encoded[0] = 0xFE
	case len(b) > 2 && b[2] == tRecordBatch && d.once("line-without-zero"):
		long := make([]byte, 3000)
		for i := range long {
			long[i] = 0x55
		}
		return append(long, encoded...)
	}
	return encoded
}

// spoilPayload alters what is said; a repeat says the same.
func (d *dock) spoilPayload(kind byte, p []byte) []byte {
	p = append([]byte(nil), p...)
	text := func(at int) int { return at + 1 + int(p[at]) }
	insert := func(at, drop int, with ...byte) []byte {
		return append(append(append([]byte(nil), p[:at]...), with...), p[at+drop:]...)
	}
	switch {
	case kind == tHello:
		force := 38
		armoury := text(force)
		name := text(armoury)
		switch {
		case d.once("hello-cut"):
			return p[:len(p)-1]
		case d.once("hello-trailing"):
			return append(p, 0)
		case d.once("hello-force-empty"):
			return insert(force, text(force)-force, 0)
		case d.once("hello-name-with-space"):
			p[name+1] = ' '
		case d.once("hello-version-0"):
			p[0] = 0
		case d.once("hello-limit-small"):
			p[2], p[3] = 0, 0
		case d.once("hello-no-connection"):
			copy(p[6:14], make([]byte, 8))
		case d.once("hello-extra-text"):
			return insert(name, 0, 1, 'x')
		case p[len(p)-1] != 0 && d.once("hello-signature"):
			p[len(p)-1] ^= 1
		}
	case kind == tDocked:
		switch {
		case d.once("docked-range-empty"):
			copy(p[24:28], make([]byte, 4))
		case d.once("docked-ranges-overlap"):
			p[3]++
			return insert(16, 0, p[16:28]...)
		case d.once("docked-too-many-ranges"):
			p[3] = 17
		case d.once("docked-cut"):
			return p[:len(p)-1]
		case d.once("docked-sequence-bits"):
			p[2] = 4
		}
	case kind == tRecordBatch && string(p[39:39+int(p[38])]) == d.logs[0].d.serial: // whichever Want came first
		device := 38
		switch {
		case d.once("batch-width"):
			p[3] = 12
		case d.once("batch-count-high"):
			p[4]++
		case d.once("batch-count-zero"):
			p[4] = 0
		case d.once("batch-offset"):
			p[36]++
		case d.once("batch-trailing"):
			return append(p, 0)
		case d.once("batch-device-empty"):
			return insert(device, text(device)-device, 0)
		case d.once("batch-device-with-space"):
			p[device+2] = ' '
		case d.once("batch-overflow"):
			for i := 24; i < 32; i++ {
				p[i] = 0xFF
			}
		case d.once("batch-impossible"):
			r := p[p[36]:]
			r[12], r[31], r[30], r[27] = 77, 42, 200, 0x80
			binary.LittleEndian.PutUint16(r[28:], 9999)
		}
	case kind == tBlock && d.once("block-part-zero"):
		p[2] = 0
	case kind == tUndocked && d.once("undocked-value"):
		p[2] = 7
	}
	return p
}

func (d *dock) beforeHello() {
	l := d.logs[0].d
	if d.once("docked-before-hello") {
		d.sendPlain(tDocked, dockedPayload(l, []span{l.held()}, false))
	}
	if d.once("batch-before-hello") {
		d.write(frame{tRecordBatch, 0, 1, batchPayload(l, l.first, l.records[:2])}.bytes())
	}
}

func (d *dock) afterWelcome() {
	l := d.logs[0].d
	if d.once("batch-before-docked") {
		d.enqueue(tRecordBatch, batchPayload(l, l.first, l.records[:2]), nil, span{})
	}
	if d.once("gateways-type") {
		d.sendPlain(tWant, []byte{1, 0, 0, 0})
	}
	if d.once("unknown-type") {
		d.enqueue(0x7D, []byte{1, 2, 3}, nil, span{})
	}
	if d.once("receipt-shown-forged") {
		var w writer
		w.text("")
		w.u8(1)
		w.u8(1)
		w.epoch(l.epoch)
		w.u64(utcNow())
		w.u64(1)
		w.span(span{l.first, 3})
		w.u64(1)
		w.u64(2)
		w.text(l.serial)
		w.text("elsewhere")
		w.signed(make([]byte, 64))
		d.enqueue(tReceiptShown, w, nil, span{})
	}
	if d.once("number-skipped") {
		d.next += 3
	}
	if d.once("echo-late") {
		var w writer
		w.u64(99)
		w.u64(utcNow() - 60_000_000_000)
		w.u64(d.id.boot)
		w.u64(d.monotonic())
		w.u64(utcNow())
		w.u8(2)
		d.enqueue(tClockEcho, w, nil, span{})
	}
}

func (d *dock) badBatches(l *deviceLog) {
	if len(d.queue) == 0 || l != d.logs[0] {
		return
	}
	if d.once("batch-not-offered") {
		d.enqueue(tRecordBatch, batchPayload(l.d, l.d.first+5000, l.d.records[:2]), l, span{})
	}
	if d.once("batch-of-device-not-docked") {
		other := *l.d
		other.serial = "G00-000099"
		d.enqueue(tRecordBatch, batchPayload(&other, 0, l.d.records[:2]), l, span{})
	}
	if d.once("batch-bytes-differ") {
		altered := append([]byte(nil), l.d.records[1]...)
		altered[16] ^= 1
		d.enqueue(tRecordBatch, batchPayload(l.d, l.d.first, [][]byte{l.d.records[0], altered}), l, span{})
	}
}

// number is the frame number of the next new frame.
func (d *dock) number(kind byte) uint32 {
	if kind == tRecordBatch && d.batches == 2 && d.once("number-reused") {
		return d.lastBatch
	}
	n := d.takeNumber()
	if kind == tRecordBatch {
		d.lastBatch = n
	}
	return n
}

func (d *dock) spoilHead(body writer) {
	if d.once("head-chain") {
		body[62] ^= 1
	}
}

func (d *dock) signHead(body writer) []byte {
	signature := ed25519.Sign(d.key, labelled("taser/1 head", body))
	if d.once("head-signature") {
		signature[0] ^= 1
	}
	return signature
}
