package main

// Payloads that a dock makes, each in the order of its clause's table.

type identity struct {
	force, armoury, dock string
	connection, boot     uint64
}

func (d *dock) helloBody(nonce []byte) []byte {
	var w writer
	w.u8(1)
	w.u8(1)
	w.u16(serialPayload)
	w.u8(1)
	w.u8(2)
	w.u64(d.id.connection)
	w.u64(d.id.boot)
	w.u64(d.helloMonotonic)
	w.u64(d.helloUtc)
	w.text(d.id.force)
	w.text(d.id.armoury)
	w.text(d.id.dock)
	w.text("GO-1")
	w.text("1.0")
	w.raw(nonce)
	return w
}

func dockedPayload(d *device, held []span, more bool) []byte {
	var w writer
	w.u8(1)
	if more {
		w.u8(3)
	} else {
		w.u8(1)
	}
	w.u8(32)
	w.u8(byte(len(held)))
	w.epoch(d.epoch)
	for _, s := range held {
		w.span(s)
	}
	w.text(d.serial)
	w.text(d.carrier)
	w.text(d.model)
	w.text(d.firmware)
	return w
}

// batchRecordsMax is how many records fit into a payload of payloadMax bytes.
func batchRecordsMax(d *device, payloadMax int) int {
	return (payloadMax - 38 - 4 - len(d.serial) - len(d.carrier) - len(d.model) - len(d.firmware)) / d.width
}

func batchPayload(d *device, first uint64, records [][]byte) []byte {
	var w writer
	w.u8(1)
	w.u8(d.unit)
	w.u8(32)
	w.u8(byte(d.width))
	w.u16(uint16(len(records)))
	w.u16(1000)
	w.u32(d.stampStepMs)
	w.epoch(d.epoch)
	w.u64(first)
	w.u16(0)
	w.u16(0)
	w.u16(uint16(38 + 4 + len(d.serial) + len(d.carrier) + len(d.model) + len(d.firmware)))
	w.text(d.serial)
	w.text(d.carrier)
	w.text(d.model)
	w.text(d.firmware)
	for _, r := range records {
		w.raw(r)
	}
	return w
}

func blockPayload(d *device, sequence uint64) []byte {
	var w writer
	w.u8(1)
	w.u8(4)
	w.u16(1)
	w.u16(1)
	w.epoch(d.epoch)
	w.u64(sequence)
	w.text(d.serial)
	w.text(d.carrier)
	w.raw(d.pulses[sequence])
	return w
}

func undockedPayload(d *device, boot, monotonic uint64, complete bool) []byte {
	var w writer
	w.u16(194)
	if complete {
		w.u8(1)
	} else {
		w.u8(0)
	}
	w.u64(boot)
	w.u64(monotonic)
	w.text(d.serial)
	w.text(d.carrier)
	return w
}

func clockReadingPayload(d *device, boot, before, after, utc uint64) []byte {
	stamp := utc / 1_000_000_000
	if d.unit == 2 {
		stamp = utc / 1_000_000
	}
	var w writer
	w.u8(1)
	w.u8(d.unit)
	w.u8(2)
	w.u32(d.stampStepMs)
	w.u64(stamp)
	w.u64(boot)
	w.u64(before)
	w.u64(after)
	w.u64(utc)
	w.text(d.serial)
	w.text(d.carrier)
	return w
}

// headBody is SessionHead up to its signature: grade C, the dock signs (13.1).
func headBody(d *device, signer string, utc uint64) writer {
	before, behind := d.chains()
	var w writer
	w.u8(1)
	w.u8(3)
	w.epoch(d.epoch)
	w.u64(d.first)
	w.raw(before[:])
	w.u64(d.held().next())
	w.raw(behind[:])
	w.u64(0)
	w.raw(make([]byte, 16))
	w.u64(utc)
	w.text(d.serial)
	w.text(signer)
	return w
}

func dockHealthPayload(boot, monotonic, utc uint64) []byte {
	var w writer
	w.u8(2)
	w.u32(0)
	w.u64(boot)
	w.u64(monotonic)
	w.u64(utc)
	w.u64(^uint64(0))
	w.text("1.0")
	return w
}
