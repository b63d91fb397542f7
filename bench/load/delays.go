package load

import (
	"math/bits"
	"time"
)

// delays counts how long deliveries took. A bucket is a 64th of a power of two
// wide, so the middle of one is less than 0.8 % from any delay in it; up to 1 us,
// a bucket is 16 ns wide. Only one goroutine may use it.
type delays struct {
	buckets [bucketsPerPower * (powers + 1)]uint32
}

const (
	bucketsPerPower = 64
	first           = 10 // 1 << first ns, about 1 us: below, all buckets have one width
	powers          = 28 // above it, up to 4 minutes
)

// add counts a delay of ns nanoseconds.
func (d *delays) add(ns int64) {
	d.buckets[bucket(ns)]++
}

func bucket(ns int64) int {
	n := uint64(max(ns, 0))
	power := bits.Len64(n >> first) // 0 below 1 << first
	if power == 0 {
		return int(n >> (first - 6))
	}
	if power > powers {
		return bucketsPerPower*(powers+1) - 1
	}
	return bucketsPerPower*power + int(n>>(first+power-1-6))&(bucketsPerPower-1)
}

// middle is the delay in the middle of a bucket, in nanoseconds.
func middle(bucket int) float64 {
	power, part := bucket/bucketsPerPower, float64(bucket%bucketsPerPower)+0.5
	if power == 0 {
		return part * (1 << (first - 6))
	}
	return (bucketsPerPower + part) * float64(uint64(1)<<(first+power-1-6))
}

// merge adds what other has counted.
func (d *delays) merge(other *delays) {
	for i, n := range other.buckets {
		d.buckets[i] += n
	}
}

// quantile returns the delay that the part q of all deliveries did not exceed, in
// microseconds; 0 if there were none.
func (d *delays) quantile(q float64) float64 {
	var all uint64
	for _, n := range d.buckets {
		all += uint64(n)
	}
	if all == 0 {
		return 0
	}
	rank := min(uint64(q*float64(all)), all-1) // from 0
	var below uint64
	for i, n := range d.buckets {
		if below += uint64(n); below > rank {
			return middle(i) / float64(time.Microsecond)
		}
	}
	panic("unreachable: the buckets were counted")
}
