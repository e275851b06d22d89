package main

import (
	"fmt"
	"os"
	"runtime"
	"testing"
)

// TestHeapFloorTakesNoMemory where it comes to lie on memory that was in use before.
func TestHeapFloorTakesNoMemory(t *testing.T) {
	const size = 32 << 20
	used := make([]byte, 2*size)
	for i := range used {
		used[i] = 1
	}
	runtime.KeepAlive(used)
	runtime.GC() // From here on it is free.
	floor := make([]byte, size)
	before := resident(t)
	release(floor)
	if freed := before - resident(t); freed < size/2 {
		t.Errorf("%d MiB were released", freed>>20)
	}
	for i, b := range floor {
		if b != 0 {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
	runtime.KeepAlive(floor)
}

// resident is how much memory this process takes up, in bytes.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
