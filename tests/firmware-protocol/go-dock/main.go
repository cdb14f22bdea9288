// A dock for the tests of TaserTelemetry's wire, written from firmware-protocol/SPEC.md alone.
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	port := flag.String("port", "", "serial line")
	force := flag.String("force", "avon", "")
	armoury := flag.String("armoury", "central", "")
	name := flag.String("name", "dock-1", "name of this dock")
	statePath := flag.String("state", "dock.state", "what this dock remembers")
	devices := flag.Int("devices", 3, "how many devices stand in the bays")
	records := flag.Int("records", 60, "how many records each holds")
	seed := flag.Int64("seed", 1, "of the devices' logs")
	receiptKey := flag.String("receipt-key", "", "the gateway's receipt key, base64")
	ledgerKey := flag.String("ledger-key", "", "the gateway's ledger key, base64")
	signing := flag.String("sign", "", "seed of this dock's Ed25519 key, 32 bytes in base64; empty = heads and hello are not signed")
	showKey := flag.Bool("public-key", false, "print the public half of -sign and end")
	mistake := flag.String("err", "", "a mistake to make once; -list-errs names them")
	list := flag.Bool("list-errs", false, "print the mistakes and end")
	vectors := flag.String("vectors", "", "check the files of this folder of vectors and end")
	pace := flag.Duration("pace", 0, "pause before each new batch, as a slow device would")
	dieAfter := flag.Int("die-after", 0, "end without a word behind so many batches")
	stay := flag.Duration("stay", 0, "stay connected so long when all is said")
	deadline := flag.Duration("deadline", time.Minute, "give up after")
	flag.Parse()

	if *vectors != "" {
		os.Exit(checkVectors(*vectors))
	}
	if *list {
		for _, m := range mistakes {
			fmt.Println(m)
		}
		return
	}
	d := newDock(identity{force: *force, armoury: *armoury, dock: *name})
	if *signing != "" {
		d.key = ed25519.NewKeyFromSeed(key(*signing))
		if *showKey {
			fmt.Println(base64.StdEncoding.EncodeToString(d.key.Public().(ed25519.PublicKey)))
			return
		}
	}
	if *receiptKey != "" {
		d.receiptKey = key(*receiptKey)
	}
	if *ledgerKey != "" {
		d.ledgerKey = key(*ledgerKey)
	}
	kept, err := loadState(*statePath)
	if err != nil {
		fail("the state %s cannot be read: %v", *statePath, err)
	}
	d.state, d.mistake, d.pace, d.dieAfter, d.stay = kept, *mistake, *pace, *dieAfter, *stay
	for i := 0; i < *devices; i++ {
		d.logs = append(d.logs, &deviceLog{d: newDevice(i, *records, *seed)})
	}
	os.Exit(d.run(*port, *deadline))
}

func key(text string) []byte {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != 32 {
		fail("a key is 32 bytes in base64, this is not: %s", text)
	}
	return b
}

func fail(format string, a ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", a...)
	os.Exit(1)
}
