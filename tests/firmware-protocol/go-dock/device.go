package main

import (
	"crypto/sha256"
	"fmt"
	"math/rand"
)

// device is what stands in a bay: its log, as it was written once.
type device struct {
	serial, carrier, model, firmware string
	epoch                            epoch
	first                            uint64
	unit                             byte
	stampStepMs                      uint32
	width                            int
	records                          [][]byte
	pulses                           map[uint64][]byte // content of the one Block of a record
}

func (d *device) held() span { return span{d.first, uint32(len(d.records))} }

func (d *device) record(sequence uint64) []byte { return d.records[sequence-d.first] }

// newDevice makes the same log for the same seed: nothing of it has to be kept in a file.
func newDevice(n int, count int, seed int64) *device {
	r := rand.New(rand.NewSource(seed*1000 + int64(n)))
	d := &device{
		serial: fmt.Sprintf("G00-%06d", n+1), model: "T-7", firmware: "1.4", unit: 1, stampStepMs: 1000, width: 40,
		epoch: epoch{1, r.Uint64()}, first: uint64(n) * 1000, pulses: map[uint64][]byte{},
	}
	if n%3 == 1 {
		d.carrier, d.unit, d.stampStepMs = fmt.Sprintf("P-%03d", n), 2, 1
	}
	if n%3 == 2 {
		d.width = 48 // appended fields, all zero: absent (7.7)
	}
	stamp, boot := uint64(1_780_000_000), uint32(1)
	for i := 0; len(d.records) < count; i++ {
		stamp += uint64(3600 + r.Intn(3600))
		steps := []struct {
			code, flags uint16
			duration    uint32
			argument    uint64
			bays        uint32
			after       uint64
		}{
			{1, 0, 0, 0, 0o22, 0},
			{3, 2, 5000, 0, 0o23, 2},
			{8, 0, 0, 100, 0o23, 5},
			{2, 0, 9000, 0, 0o23, 9},
		}
		for _, s := range steps {
			if len(d.records) == count {
				break
			}
			at := stamp + s.after
			if d.unit == 2 {
				at *= 1000
			}
			var w writer
			w.u64(at)
			w.u32(boot + uint32(i)*60_000 + uint32(s.after)*1000)
			w.u16(s.code)
			w.u16(s.flags)
			w.u32(s.duration)
			w.u32(uint32(i + 1))
			w.u32(s.bays)
			w.u16(uint16(180 + r.Intn(60)))
			w.u8(byte(95 - i%200/4)) // falls as a battery does
			w.u8(0)
			w.u64(s.argument)
			w.raw(make([]byte, d.width-40))
			if s.code == 8 {
				d.pulses[d.first+uint64(len(d.records))] = pulses(r)
			}
			d.records = append(d.records, w)
		}
	}
	return d
}

// pulses is the content of a Block of kind 4 (9.5): three pulses.
func pulses(r *rand.Rand) []byte {
	var w writer
	w.u32(0)
	for i := 0; i < 3; i++ {
		w.u16(5200)
		w.u16(uint16(6000 + r.Intn(300)))
		w.u16(uint16(900 + r.Intn(90)))
		w.u16(0xFFFF)
	}
	return w
}

// chains returns the chain value before the first record and behind the last (13.4).
func (d *device) chains() (before, behind [32]byte) {
	var w writer
	w.raw([]byte("taser/1 chain\x00"))
	w.u8(1)
	w.epoch(d.epoch)
	w.u64(d.first)
	w.text(d.serial)
	before = sha256.Sum256(w)
	behind = before
	for i, record := range d.records {
		var w writer
		w.raw(behind[:])
		w.u64(d.first + uint64(i))
		w.u16(uint16(d.width))
		w.raw(record)
		behind = sha256.Sum256(w)
	}
	return before, behind
}
