package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// answer reads one question a line and prints one answer a line, so that a test asks thousands of one process. The tree's leaf i is the
// decimal number i.
//
//	root SIZE                                     the root
//	include SIZE ROOT INDEX HASH...               "true" or "false": leaf INDEX is in that tree
//	consist SIZE1 ROOT1 SIZE2 ROOT2 HASH...       "true" or "false"
func answer() {
	var hashes []tlog.Hash
	var leaves int64
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = hashes[x]
		}
		return out, nil
	})
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		words := strings.Fields(in.Text())
		switch words[0] {
		case "root":
			size := number(words[1])
			for ; leaves < size; leaves++ {
				more, err := tlog.StoredHashes(leaves, []byte(strconv.FormatInt(leaves, 10)), reader)
				need(err)
				hashes = append(hashes, more...)
			}
			root, err := treeHash(size, reader)
			need(err)
			fmt.Println(root)
		case "include":
			leaf := tlog.RecordHash([]byte(words[3]))
			fmt.Println(tlog.CheckRecord(proof(words[4:]), number(words[1]), hash(words[2]), number(words[3]), leaf) == nil)
		case "consist":
			fmt.Println(tlog.CheckTree(proof(words[5:]), number(words[3]), hash(words[4]), number(words[1]), hash(words[2])) == nil)
		default:
			usage()
		}
	}
}

func number(word string) int64 {
	n, err := strconv.ParseInt(word, 10, 64)
	need(err)
	return n
}

func hash(word string) tlog.Hash {
	h, err := tlog.ParseHash(word)
	need(err)
	return h
}

func proof(words []string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, word := range words {
		hashes = append(hashes, hash(word))
	}
	return hashes
}
