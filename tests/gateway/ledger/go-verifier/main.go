// A second verifier of a TaserTelemetry ledger, written from gateway/ledger/FORMAT.md and the C2SP specifications alone. It shares no
// code with the gateway; trees, proofs and notes are golang.org/x/mod's. Debian: golang-go and golang-golang-x-mod-dev, then
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build .
//
// go-verifier verify [-vkey KEY] [-checkpoint FILE] JOURNAL-FOLDER LEDGER-FOLDER
// go-verifier proof  -vkey KEY LEAF-FILE PROOF-FILE
// go-verifier answer   reads questions about trees from standard input, one a line (answer.go)
//
// It ends with 0 when all is well, 3 when something is not (and says what), 4 when a file cannot be read, 2 when it is called wrongly.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	vkey := flags.String("vkey", "", "the log's verifier key; without it the one in ledger.vkey is taken")
	remembered := flags.String("checkpoint", "", "a checkpoint kept outside")
	flags.Parse(os.Args[2:])
	switch {
	case os.Args[1] == "verify" && flags.NArg() == 2:
		verify(flags.Arg(0), flags.Arg(1), *vkey, *remembered)
	case os.Args[1] == "proof" && flags.NArg() == 2:
		checkProofFile(flags.Arg(0), flags.Arg(1), *vkey)
	case os.Args[1] == "answer" && flags.NArg() == 0:
		answer()
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: go-verifier verify [-vkey KEY] [-checkpoint FILE] JOURNAL LEDGER | proof -vkey KEY LEAF PROOF | answer")
	os.Exit(2)
}

// reject says what is wrong and ends the run.
func reject(format string, args ...interface{}) {
	fmt.Printf("REJECTED: "+format+"\n", args...)
	os.Exit(3)
}

// need ends the run when something cannot be read at all.
func need(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
}
