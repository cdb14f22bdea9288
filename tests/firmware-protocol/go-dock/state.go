package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// state is what survives a power cut: what receipts cover, the last checkpoint. The log itself is the device's.
type state struct {
	Receipted  map[string][]receipted // by device
	Checkpoint checkpoint
	path       string
}

type receipted struct {
	First   uint64
	Count   uint32
	Receipt []byte // whole, to be shown (8.22)
}

func loadState(path string) (*state, error) {
	s := &state{Receipted: map[string][]receipted{}, path: path}
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	return s, json.Unmarshal(b, s)
}

// save is durable before it returns: a dock that forgets a receipt only sends more.
func (s *state) save() error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(s.path), "state")
	if err != nil {
		return err
	}
	if _, err = f.Write(b); err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), s.path)
	}
	return err
}

// without is what of held no receipt covers.
func (s *state) without(serial string, held span) []span {
	left := []span{held}
	for _, c := range s.Receipted[serial] {
		left = subtract(left, span{c.First, c.Count})
	}
	return left
}

func subtract(from []span, s span) []span {
	var out []span
	for _, f := range from {
		if s.next() <= f.first || f.next() <= s.first {
			out = append(out, f)
			continue
		}
		if f.first < s.first {
			out = append(out, span{f.first, uint32(s.first - f.first)})
		}
		if s.next() < f.next() {
			out = append(out, span{s.next(), uint32(f.next() - s.next())})
		}
	}
	return out
}

// within is what of each range lies inside held.
func within(ranges []span, held span) []span {
	var out []span
	for _, r := range ranges {
		first, next := r.first, r.next()
		if first < held.first {
			first = held.first
		}
		if next > held.next() {
			next = held.next()
		}
		if first < next {
			out = append(out, span{first, uint32(next - first)})
		}
	}
	return out
}
