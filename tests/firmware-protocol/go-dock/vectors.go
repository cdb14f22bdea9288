package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// checkVectors reads the lines and frames of the shared vectors as this dock reads its own line.
func checkVectors(folder string) int {
	good, wrong := 0, 0
	for _, file := range []string{"stretches.txt", "frames.txt", "messages.txt"} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			fail("%v", err)
		}
		var name, kind, expect string
		limit, inHex := serialPayload, false
		var hex []byte
		for _, l := range strings.Split(string(text), "\n") {
			words := strings.Fields(strings.SplitN(l, "|", 2)[0])
			switch {
			case len(words) == 0 || words[0][0] == '#':
			case words[0] == "vector":
				name, limit, hex, inHex = words[1], serialPayload, nil, false
			case words[0] == "kind":
				kind = words[1]
			case words[0] == "limit":
				limit, _ = strconv.Atoi(words[1])
			case words[0] == "expect":
				expect = words[1]
			case words[0] == "hex":
				inHex = true
			case words[0] == "end":
				if got := outcome(kind, hex, limit); got == expect {
					good++
				} else {
					wrong++
					fmt.Printf("%s: %s, expected %s\n", name, got, expect)
				}
			case inHex:
				for _, w := range words {
					b, _ := strconv.ParseUint(w, 16, 8)
					hex = append(hex, byte(b))
				}
			}
		}
	}
	fmt.Printf("%d vectors as expected, %d not\n", good, wrong)
	if wrong > 0 {
		return 1
	}
	return 0
}

func outcome(kind string, b []byte, limit int) string {
	if kind == "frame" {
		return frameOutcome(b, limit, true)
	}
	var l line
	stretch, _, reason, whole := l.take(b)
	if !whole {
		return "incomplete"
	}
	if reason != 0 {
		return reasonNames[reason]
	}
	return frameOutcome(stretch, limit, false)
}

func frameOutcome(b []byte, limit int, incomplete bool) string {
	f, reason := readFrame(b, limit)
	switch {
	case reason == 7 && incomplete:
		return "incomplete"
	case reason != 0:
		return reasonNames[reason]
	case !bytes.Equal(frame{f.kind, f.session, f.number, f.payload}.bytes()[4:14], b[4:14]):
		return "written again it differs"
	}
	return "ok"
}
