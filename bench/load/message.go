package load

import (
	"encoding/binary"
	"fmt"
)

// A message is the chat's JSON. Its author names the sender. Its body begins with a mark,
// the sender again, the sender's number for it, and the time when it was sent. Dots fill
// it up to the wanted size. Servers decode it and encode it again, with the fields in the
// same order and without spaces. So every part stays at its place, and the load reads it
// without a JSON decoder.
const (
	head     = `{"author":"client-00000000","body":"@`
	tail     = `"}`
	smallest = len(head) + 8 + 8 + 16 + len(tail)
)

// Senders above all clients.
const (
	hello = 99999999 // says that all are in the room
	probe = 99999998 // checks whether the room still hears
	noise = 99999997 // floods the room
)

// appendMessage appends a frame with a message of size bytes. Its mask is all zeros, which
// doesn't change the bytes. at is in nanoseconds.
func appendMessage(b []byte, sender, number int, at int64, size int) []byte {
	b = append(b, 0x81)
	if size < 126 {
		b = append(b, 0x80|byte(size))
	} else {
		b = append(b, 0x80|126, byte(size>>8), byte(size))
	}
	b = append(b, 0, 0, 0, 0)
	start := len(b)
	b = append(b, head...)
	digits(b[start+len(head)-len(`00000000","body":"@`):][:8], int64(sender))
	b = append(b, "00000000000000000000000000000000"...)
	body := b[start+len(head):]
	digits(body[:8], int64(sender))
	digits(body[8:16], int64(number))
	digits(body[16:32], at)
	for len(b)-start < size-len(tail) {
		b = append(b, '.')
	}
	return append(b, tail...)
}

// parseMessage reads what appendMessage wrote.
func parseMessage(b []byte) (sender, number int, at int64, err error) {
	if len(b) < smallest || b[len(head)-1] != '@' || b[len(b)-1] != '}' {
		return 0, 0, 0, notOurs(b)
	}
	body := b[len(head):]
	s, ok1 := eight(body)
	n, ok2 := eight(body[8:])
	high, ok3 := eight(body[16:])
	low, ok4 := eight(body[24:])
	if !(ok1 && ok2 && ok3 && ok4) {
		return 0, 0, 0, notOurs(b)
	}
	return int(s), int(n), int64(high)*1e8 + int64(low), nil
}

func notOurs(b []byte) error {
	return fmt.Errorf("the server sent what is no message of ours: %.200q", b)
}

// digits fills b with n, in decimal.
func digits(b []byte, n int64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// eight reads eight decimal digits in one step, as it runs more than a million times in a
// second, four times for each message. A digit is 0x30 to 0x39.
func eight(b []byte) (n uint64, ok bool) {
	v := binary.LittleEndian.Uint64(b)
	const high = 0xF0F0F0F0F0F0F0F0
	ok = v&high == 0x3030303030303030 && (v+0x0606060606060606)&high == 0x3030303030303030
	v -= 0x3030303030303030
	v = v*10 + v>>8 // pairs
	v = (v&0x000000FF000000FF*0x000F424000000064 + v>>16&0x000000FF000000FF*0x0000271000000001) >> 32
	return v, ok
}
