package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"time"
)

const (
	heartbeatEvery  = 10 * time.Second
	silence         = 35 * time.Second
	windowSerial    = 8
	creditProbe     = 15 * time.Second
	receiptPatience = 5 * time.Second
)

// deviceLog is one log in a bay and how far this docking session has come with it.
type deviceLog struct {
	d        *device
	dockedAt time.Time
	want     []span
	wanted   bool
	stage    int // 0 blocks, 1 batches, 2 head, 3 all sent
	pending  int // numbered frames of this log not yet dealt with
	aside    []span
	quietAt  time.Time
	done     bool
}

// sent is a numbered frame on its way.
type sent struct {
	frame
	log   *deviceLog
	span  span
	at    time.Time
	order uint64 // of its last sending
	times int
}

type queued struct {
	kind    byte
	payload []byte
	log     *deviceLog
	span    span
}

type dock struct {
	id                       identity
	key                      ed25519.PrivateKey
	receiptKey               ed25519.PublicKey
	ledgerKey                ed25519.PublicKey
	state                    *state
	logs                     []*deviceLog
	mistake                  string
	made                     bool
	pace                     time.Duration
	dieAfter                 int
	stay                     time.Duration
	started                  time.Time
	port                     *os.File
	fresh                    bool
	helloMonotonic, helloUtc uint64
	nonce                    []byte
	helloAt                  time.Time
	helloDue                 time.Time
	helloBackoff             time.Duration
	session, lastSession     uint32
	creditFrames             uint16
	creditBytes              uint32
	payloadMax               int
	next                     uint32
	queue                    []queued
	flying                   []*sent
	gathering                bool
	gathered                 []byte
	order                    uint64
	smoothed                 time.Duration
	backoff                  int
	heldUntil                time.Time
	heardAt                  time.Time
	heartbeatAt              time.Time
	ackAt                    time.Time
	batchAt                  time.Time
	batches                  int
	lastBatch                uint32
	proof                    proofParts
	undocked                 bool
	over                     time.Time
	exit                     int
	ended                    bool
}

func newDock(id identity) *dock {
	id.connection, id.boot = random64(), random64()
	return &dock{id: id, started: time.Now(), helloBackoff: time.Second}
}

func random64() uint64 {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		fail("no random bytes: %v", err)
	}
	return binary.LittleEndian.Uint64(b[:]) | 1
}

func (d *dock) monotonic() uint64 { return uint64(time.Since(d.started)) }
func utcNow() uint64              { return uint64(time.Now().UnixNano()) }

func say(format string, a ...any) { fmt.Printf(format+"\n", a...) }

func (d *dock) run(path string, deadline time.Duration) int {
	end := time.Now().Add(deadline)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var chunks chan []byte
	var cut line
	for !d.ended {
		if d.port == nil {
			port, err := openPort(path)
			if err != nil {
				if time.Now().After(end) {
					fail("the line %s does not open: %v", path, err)
				}
				<-tick.C
				continue
			}
			d.port, cut, d.fresh = port, line{}, true
			d.id.connection = random64()
			d.startOver(0)
			chunks = read(port)
		}
		select {
		case b, open := <-chunks:
			if !open {
				say("line closed")
				d.port.Close()
				d.port = nil
				continue
			}
			for len(b) > 0 {
				stretch, rest, reason, whole := cut.take(b)
				b = rest
				if whole {
					d.stretch(stretch, reason)
				}
			}
		case <-tick.C:
		}
		d.pump()
		if time.Now().After(end) {
			say("deadline: not everything was said")
			return 5
		}
	}
	return d.exit
}

func read(port *os.File) chan []byte {
	chunks := make(chan []byte, 16)
	go func() {
		defer close(chunks)
		for {
			b := make([]byte, 2048)
			n, err := port.Read(b)
			if n > 0 {
				chunks <- b[:n]
			}
			if err != nil || n == 0 {
				return
			}
		}
	}()
	return chunks
}

func (d *dock) write(b []byte) {
	if d.port == nil {
		return
	}
	out := d.spoilLine(b, cobs(b))
	if d.fresh { // 3.3
		out = append([]byte{0}, out...)
		d.fresh = false
	}
	if d.gathering {
		d.gathered = append(d.gathered, out...)
		return
	}
	if _, err := d.port.Write(out); err != nil {
		say("line: %v", err)
	}
}

// sendAtOnce hands the line in one write what send says: else a quick gateway has answered the first before the last is there, and
// nothing was too many.
func (d *dock) sendAtOnce(send func()) {
	d.gathering = true
	send()
	d.gathering = false
	if len(d.gathered) == 0 {
		return
	}
	if _, err := d.port.Write(d.gathered); err != nil {
		say("line: %v", err)
	}
	d.gathered = nil
}

func (d *dock) sendPlain(kind byte, payload []byte) {
	f := frame{kind, d.session, 0, d.spoilPayload(kind, payload)}
	d.write(d.spoil(f, f.bytes()))
}

// startOver forgets the docking session (10.8) and says a new hello after the wait.
func (d *dock) startOver(wait time.Duration) {
	d.session, d.next, d.queue, d.flying = 0, 1, nil, nil
	d.smoothed, d.backoff, d.heldUntil = 0, 0, time.Time{}
	d.creditFrames, d.creditBytes = 0, 0
	d.helloMonotonic, d.helloUtc, d.nonce = d.monotonic(), utcNow(), make([]byte, 16)
	d.helloDue, d.helloBackoff, d.undocked = time.Now().Add(wait), time.Second, false
	d.proof = proofParts{}
	for _, l := range d.logs {
		*l = deviceLog{d: l.d, aside: l.aside}
	}
}

func (d *dock) sayHello() {
	body := writer(d.helloBody(d.nonce))
	if d.key != nil && string(d.nonce) != string(make([]byte, 16)) {
		body.signed(ed25519.Sign(d.key, labelled("taser/1 hello", body)))
	} else {
		body.unsigned()
	}
	d.beforeHello()
	d.sendPlain(tHello, body)
	d.helloAt = time.Now()
	d.helloDue = d.helloAt.Add(d.helloBackoff)
	if d.helloBackoff *= 2; d.helloBackoff > 30*time.Second {
		d.helloBackoff = 30 * time.Second
	}
}

func (d *dock) timer() time.Duration {
	t := 4 * time.Second
	if d.smoothed > 0 {
		if t = 4 * d.smoothed; t < time.Second {
			t = time.Second
		}
	}
	if t <<= uint(d.backoff); t > 30*time.Second {
		t = 30 * time.Second
	}
	return t
}

// pump sends whatever is due now.
func (d *dock) pump() {
	now := time.Now()
	if d.ended || d.port == nil {
		return
	}
	if d.session == 0 {
		if now.After(d.helloDue) {
			d.sayHello()
		}
		return
	}
	if now.Sub(d.heardAt) > silence {
		say("35 s without a word: hello again")
		d.startOver(0)
		return
	}
	if now.Sub(d.heartbeatAt) >= heartbeatEvery {
		d.heartbeatAt = now
		var w writer
		w.u64(d.monotonic())
		w.u64(utcNow())
		w.u32(d.next)
		d.sendPlain(tHeartbeat, w)
	}
	d.dockAll(now)
	if now.Before(d.heldUntil) {
		return
	}
	d.resend(now)
	d.progress(now)
	if d.ignoresWindow() {
		d.sendAtOnce(func() { d.sendNew(now) })
	} else {
		d.sendNew(now)
	}
}

func (d *dock) dockAll(now time.Time) {
	for i, l := range d.logs {
		if l.wanted || (!l.dockedAt.IsZero() && now.Sub(l.dockedAt) < d.timer()) {
			continue
		}
		l.dockedAt = now
		held := d.state.without(l.d.serial, l.d.held())
		if len(held) > 16 {
			held = held[:16]
		}
		d.sendPlain(tDocked, dockedPayload(l.d, held, i < len(d.logs)-1 && l.d.carrier == d.logs[i+1].d.carrier))
	}
}

func (d *dock) resend(now time.Time) {
	expired := false
	for _, f := range d.flying {
		if now.Sub(f.at) >= d.timer() {
			say("timer: frame %d again", f.number)
			d.fly(f)
			expired = true
		}
	}
	if expired {
		d.backoff++
		if d.backoff > 5 {
			d.backoff = 5
		}
	}
}

func (d *dock) fly(f *sent) {
	d.order++
	f.at, f.order = time.Now(), d.order
	f.times++
	d.write(d.spoil(f.frame, f.frame.bytes()))
}

func (d *dock) sendNew(now time.Time) {
	for len(d.queue) > 0 {
		q := d.queue[0]
		if !d.mayFly(len(q.payload)+headerBytes+checkBytes, now) {
			return
		}
		if q.kind == tRecordBatch {
			if d.pace > 0 && now.Sub(d.batchAt) < d.pace {
				return
			}
			d.batchAt = now
			d.batches++
			if d.dieAfter > 0 && d.batches > d.dieAfter {
				say("dies")
				d.exit, d.ended = 9, true
				return
			}
		}
		d.queue = d.queue[1:]
		f := &sent{frame: frame{q.kind, d.session, d.number(q.kind), q.payload}, log: q.log, span: q.span}
		d.flying = append(d.flying, f)
		d.fly(f)
	}
}

func (d *dock) takeNumber() uint32 {
	d.next++
	return d.next - 1
}

// mayFly is clause 10.2 and 10.3.
func (d *dock) mayFly(size int, now time.Time) bool {
	if d.ignoresWindow() {
		return true
	}
	if d.creditFrames == 0 {
		return len(d.flying) == 0 && now.Sub(d.ackAt) > creditProbe
	}
	if len(d.flying) == 0 {
		return true
	}
	window := int(d.creditFrames)
	if window > windowSerial {
		window = windowSerial
	}
	bytes := size
	for _, f := range d.flying {
		bytes += len(f.payload) + headerBytes + checkBytes
	}
	return len(d.flying) < window && bytes <= int(d.creditBytes)
}

func (d *dock) enqueue(kind byte, payload []byte, l *deviceLog, s span) {
	if l != nil {
		l.pending++
	}
	d.queue = append(d.queue, queued{kind, d.spoilPayload(kind, payload), l, s})
}

// progress takes each log a stage further when all of the stage before was dealt with.
func (d *dock) progress(now time.Time) {
	all := true
	for _, l := range d.logs {
		all = all && l.done
		if !l.wanted || l.done || l.pending > 0 {
			continue
		}
		switch l.stage {
		case 0:
			d.queueBlocks(l)
		case 1:
			d.queueBatches(l)
		case 2:
			d.queueHead(l)
		default:
			d.awaitReceipt(l, now)
			continue
		}
		l.stage++
		l.quietAt = now
	}
	if !all {
		return
	}
	if !d.undocked {
		d.undocked = true
		for _, l := range d.logs {
			d.enqueue(tUndocked, undockedPayload(l.d, d.id.boot, d.monotonic(), true), nil, span{})
		}
		return
	}
	if len(d.queue) > 0 || len(d.flying) > 0 {
		return
	}
	if d.over.IsZero() {
		d.over = now
		say("all is said")
	}
	if now.Sub(d.over) >= d.stay {
		var w writer
		w.u16(76)
		d.sendPlain(tGoodbye, w)
		say("goodbye")
		d.ended = true
	}
}

func (d *dock) queueBlocks(l *deviceLog) {
	for _, s := range within(l.want, l.d.held()) {
		for q := s.first; q < s.next(); q++ {
			if _, has := l.d.pulses[q]; has {
				d.enqueue(tBlock, blockPayload(l.d, q), l, span{})
			}
		}
	}
}

func (d *dock) queueBatches(l *deviceLog) {
	most := uint64(batchRecordsMax(l.d, d.payloadMax))
	l.want = d.showReceipts(l)
	for _, s := range within(l.want, l.d.held()) {
		for q := s.first; q < s.next(); q += most {
			n := s.next() - q
			if n > most {
				n = most
			}
			var records [][]byte
			for i := q; i < q+n; i++ {
				records = append(records, l.d.record(i))
			}
			d.enqueue(tRecordBatch, batchPayload(l.d, q, records), l, span{q, uint32(n)})
		}
	}
	d.badBatches(l)
}

// showReceipts shows the receipt of what is wanted though one covers it (8.10); what is left is to be sent.
func (d *dock) showReceipts(l *deviceLog) []span {
	left := l.want
	for _, c := range d.state.Receipted[l.d.serial] {
		covered := span{c.First, c.Count}
		if len(within(left, covered)) > 0 {
			var w writer
			w.text(l.d.carrier)
			w.raw(c.Receipt)
			d.enqueue(tReceiptShown, w, l, span{})
			left = subtract(left, covered)
		}
	}
	return left
}

func (d *dock) queueHead(l *deviceLog) {
	if len(within(l.want, l.d.held())) == 0 {
		return
	}
	body := headBody(l.d, d.id.dock, utcNow())
	d.spoilHead(body)
	if d.key != nil {
		body.signed(d.signHead(body))
	} else {
		body.unsigned()
	}
	d.enqueue(tSessionHead, body, l, span{})
}

func (d *dock) awaitReceipt(l *deviceLog, now time.Time) {
	left := d.state.without(l.d.serial, l.d.held())
	for _, s := range l.aside {
		left = subtract(left, s)
	}
	if len(left) == 0 {
		l.done = true
		return
	}
	if now.Sub(l.quietAt) > receiptPatience { // 8.9: saying it again asks for receipts again
		say("no receipt yet for %v of %s: docked again", left, l.d.serial)
		l.wanted, l.stage, l.dockedAt = false, 0, time.Time{}
	}
}
