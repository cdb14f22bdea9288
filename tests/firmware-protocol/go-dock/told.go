package main

import (
	"fmt"
	"time"
)

// stretch takes what stood between two zeros of the line.
func (d *dock) stretch(b []byte, reason uint16) {
	var f frame
	if reason == 0 {
		f, reason = readFrame(b, serialPayload)
	}
	if reason != 0 {
		say("heard %d bytes that are no frame: %s", len(b), reasonNames[reason])
		return
	}
	d.heardAt = time.Now()
	r := &reader{b: f.payload}
	if d.session == 0 {
		d.answerToHello(f, r)
		return
	}
	if f.session != d.session && f.kind != tAbort {
		say("heard type %02x of docking session %d, this is %d: ignored", f.kind, f.session, d.session)
		return
	}
	switch f.kind {
	case tHeartbeat, tWelcome, tNonceGrant:
	case tAbort:
		if f.session == d.session {
			d.abort(r)
		} else {
			say("heard Abort of docking session %d, this is %d: %s", f.session, d.session, told(r.u16(), r.u8(), r.u32()))
		}
	case tGoodbye:
		say("told Goodbye %s", name(r.u16()))
		d.startOver(time.Second)
	case tWant:
		d.want(r)
	case tAck:
		d.ack(r)
	case tNack:
		d.nack(r.u32(), r.u16())
	case tHold:
		d.hold(r.u32(), r.u16())
	case tClockEchoRequest:
		d.echo(r.u64(), r.u64())
	case tReceipt:
		d.receipt(f.payload)
	case tConsistencyProof:
		d.consistency(f.payload)
	default:
		say("heard type %02x: ignored", f.kind)
	}
	if r.bad {
		say("heard type %02x that ends too early", f.kind)
	}
}

func (d *dock) answerToHello(f frame, r *reader) {
	switch f.kind {
	case tAbort:
		if d.helloAt.IsZero() || f.session != 0 {
			say("heard Abort of docking session %d before any: %s", f.session, told(r.u16(), r.u8(), r.u32()))
			return
		}
		d.abort(r)
		return
	case tChallenge, tWelcome, tBusy:
	default:
		say("heard type %02x of docking session %d before Welcome: ignored", f.kind, f.session)
		return
	}
	if r.u64() != d.id.connection {
		say("heard an answer to another connection's hello: ignored")
		return
	}
	switch f.kind {
	case tChallenge:
		say("told Challenge")
		d.nonce, d.helloDue, d.helloBackoff = append([]byte(nil), r.raw(16)...), time.Now(), time.Second
	case tBusy:
		wait, reason := r.u32(), r.u16()
		say("told Busy %s, wait %d ms", name(reason), wait)
		d.startOver(time.Duration(wait) * time.Millisecond)
	case tWelcome:
		d.welcome(r)
	}
}

func (d *dock) welcome(r *reader) {
	session := r.u32()
	if session == d.lastSession { // a late copy: in that one the numbers from 1 have been used (8.4)
		say("heard the Welcome of a docking session that is over: ignored")
		return
	}
	d.session, d.lastSession = session, session
	d.creditFrames, d.creditBytes = r.u16(), r.u32()
	d.payloadMax = int(r.u16())
	version := r.u8()
	r.u64()
	gateway, topic := r.text(), r.text()
	now := time.Now()
	d.heartbeatAt, d.ackAt = now, now
	say("told Welcome session %d of %s, credit %d frames %d bytes, payload %d, version %d, topic %q",
		d.session, gateway, d.creditFrames, d.creditBytes, d.payloadMax, version, topic)
	d.enqueue(tDockHealth, dockHealthPayload(d.id.boot, d.monotonic(), utcNow()), nil, span{})
	d.enqueue(tCheckpointHeld, d.state.Checkpoint.payload(), nil, span{})
	for _, l := range d.logs {
		before, after, utc := d.monotonic(), d.monotonic(), utcNow()
		d.enqueue(tClockReading, clockReadingPayload(l.d, d.id.boot, before, after, utc), nil, span{})
	}
	d.afterWelcome()
}

func name(reason uint16) string {
	if n, known := reasonNames[reason]; known {
		return fmt.Sprintf("%s(%d)", n, reason)
	}
	return fmt.Sprintf("reason %d", reason)
}

func told(reason uint16, action byte, detail uint32) string {
	a, known := actionNames[action]
	if !known {
		a, action = fmt.Sprintf("action %d, read as StopAndCall", action), 5
	}
	switch {
	case detail == ^uint32(0):
		return fmt.Sprintf("%s, %s", name(reason), a)
	case action == 2:
		return fmt.Sprintf("%s, %s %d ms", name(reason), a, detail)
	default:
		return fmt.Sprintf("%s, %s, byte %d", name(reason), a, detail)
	}
}

// act does what clause 14.1 says; it returns whether the docking session goes on.
func (d *dock) act(action byte, detail uint32) bool {
	switch action {
	case 0, 1, 4:
		d.startOver(time.Second)
	case 2:
		wait := time.Duration(0)
		if detail != ^uint32(0) {
			wait = time.Duration(detail) * time.Millisecond
		}
		d.startOver(wait)
	case 3:
		return true
	default:
		say("stops and calls")
		d.exit, d.ended = 4, true
	}
	return false
}

func (d *dock) abort(r *reader) {
	reason, action, detail := r.u16(), r.u8(), r.u32()
	say("told Abort %s", told(reason, action, detail))
	d.act(action, detail)
}

func (d *dock) want(r *reader) {
	r.u8()
	count := int(r.u8())
	e := r.epoch()
	var ranges []span
	for i := 0; i < count; i++ {
		ranges = append(ranges, r.span())
	}
	serial, carrier := r.text(), r.text()
	for _, l := range d.logs {
		if l.d.serial == serial && l.d.carrier == carrier && l.d.epoch == e && !r.bad {
			say("told Want %v of %s", ranges, serial)
			l.want, l.wanted, l.stage, l.quietAt = ranges, true, 0, time.Now()
			return
		}
	}
	say("told Want %v of %s %q, epoch %v: not here", ranges, serial, carrier, e)
}

func (d *dock) nack(number uint32, reason uint16) {
	for _, f := range d.flying {
		if f.number == number {
			say("told Nack frame %d %s", number, name(reason))
			d.fly(f)
			return
		}
	}
	say("told Nack frame %d %s, which is not on its way", number, name(reason))
}

func (d *dock) hold(ms uint32, reason uint16) {
	if ms > 60_000 {
		ms = 60_000
	}
	say("told Hold %d ms %s", ms, name(reason))
	d.heldUntil = time.Now().Add(time.Duration(ms) * time.Millisecond)
	for _, f := range d.flying { // when it ends, timers begin anew (10.6)
		f.at = d.heldUntil
	}
}

func (d *dock) echo(id, utc uint64) {
	var w writer
	w.u64(id)
	w.u64(utc)
	w.u64(d.id.boot)
	w.u64(d.monotonic())
	w.u64(utcNow())
	w.u8(2)
	d.queue = append([]queued{{tClockEcho, w, nil, span{}}}, d.queue...)
}

func (d *dock) ack(r *reader) {
	next := r.u32()
	frames, bytes := r.u16(), r.u32()
	rangeCount, verdictCount := int(r.u8()), int(r.u8())
	covered := func(n uint32) bool { return n < next }
	for i := 0; i < rangeCount; i++ {
		first, count, before := r.u32(), r.u32(), covered
		covered = func(n uint32) bool { return before(n) || (n >= first && n-first < count) }
	}
	if r.bad {
		return
	}
	d.creditFrames, d.creditBytes, d.ackAt = frames, bytes, time.Now()
	aside := map[uint32]bool{}
	for i := 0; i < verdictCount && !r.bad; i++ {
		n, verdict, action, reason, detail := r.u32(), r.u8(), r.u8(), r.u16(), r.u32()
		label, known := verdictNames[verdict]
		if !known {
			label, verdict = fmt.Sprintf("verdict %d, read as Refused", verdict), 2
		}
		say("told Ack frame %d %s: %s", n, label, told(reason, action, detail))
		aside[n] = verdict == 1
		if verdict == 2 && !d.refused(n, action, detail) {
			return
		}
	}
	d.dealtWith(covered, aside)
}

// refused does what the action says of one frame; it returns whether the docking session goes on.
func (d *dock) refused(number uint32, action byte, detail uint32) bool {
	for i, f := range d.flying {
		if f.number != number {
			continue
		}
		switch action {
		case 1:
			d.fly(f)
			return true
		case 2:
			d.heldUntil = time.Now().Add(time.Duration(detail) * time.Millisecond)
			f.at = d.heldUntil
			return true
		case 3:
			d.flying = append(d.flying[:i:i], d.flying[i+1:]...)
			if f.log != nil {
				f.log.pending--
				f.log.aside = append(f.log.aside, f.span)
			}
			return true
		}
	}
	return d.act(action, detail)
}

func (d *dock) dealtWith(covered func(uint32) bool, aside map[uint32]bool) {
	var left []*sent
	var latest uint64
	for _, f := range d.flying {
		if !covered(f.number) {
			left = append(left, f)
			continue
		}
		if f.order > latest {
			latest = f.order
		}
		if f.times == 1 {
			took := time.Since(f.at)
			if d.smoothed == 0 {
				d.smoothed = took
			} else {
				d.smoothed = (7*d.smoothed + took) / 8
			}
		}
		d.backoff = 0
		if f.log != nil {
			f.log.pending--
			f.log.quietAt = time.Now()
			if aside[f.number] {
				f.log.aside = append(f.log.aside, f.span)
			}
		}
		say("acked frame %d", f.number)
	}
	d.flying = left
	for _, f := range left {
		if f.order < latest && !time.Now().Before(d.heldUntil) { // 10.4, last sentence
			say("frame %d was passed over: again", f.number)
			d.fly(f)
		}
	}
}

func (d *dock) receipt(payload []byte) {
	got, ok := readReceipt(payload, d.receiptKey)
	if !ok {
		say("heard a Receipt that does not decode")
		return
	}
	say("told Receipt %v of %s by %s: %s", got.ranges, got.device, got.gateway, got.verdict)
	if got.verdict != "good" {
		return
	}
	for _, l := range d.logs {
		if l.d.serial != got.device || l.d.epoch != got.epoch {
			continue
		}
		left := d.state.without(got.device, l.d.held())
		for _, s := range got.ranges {
			if len(left) > 0 {
				d.state.Receipted[got.device] = append(d.state.Receipted[got.device], receipted{s.first, s.count, payload})
			}
		}
	}
	if err := d.state.save(); err != nil {
		fail("the state cannot be kept: %v", err)
	}
}

func (d *dock) consistency(payload []byte) {
	next, whole, wrong := d.proof.take(payload, d.state.Checkpoint, d.ledgerKey)
	if !whole {
		return
	}
	if wrong != "" {
		say("told ConsistencyProof that %s: the old checkpoint is kept, call a person", wrong)
		return
	}
	say("told ConsistencyProof from %d to %d of %s: good", d.state.Checkpoint.Size, next.Size, next.Origin)
	d.state.Checkpoint = next
	if err := d.state.save(); err != nil {
		fail("the state cannot be kept: %v", err)
	}
}
