// Package result has the results of the benchmark, as a file: every single round, and
// nothing summed up. It knows nothing about how they were measured, nor how they are
// shown.
package result

// File is one run of the benchmark.
type File struct {
	Command    string            `json:"command"` // what was typed, as in "go run -C bench ."
	Date       string            `json:"date"`    // the day, as in 2006-01-02
	Machine    Machine           `json:"machine"`
	Versions   map[string]string `json:"versions"` // of the modules measured, by path
	Short      bool              `json:"short"`    // -short: too little to state figures from
	Rounds     int               `json:"rounds"`
	OtherWork  bool              `json:"otherWork,omitempty"` // other programs had work before it began, for minutes, or meanwhile: 5 % of the processors or more
	OtherShare float64           `json:"otherShare"`          // of the processors, that other programs used during one measurement, at most: 0.02 is 2 %
	Servers    []string          `json:"servers"`             // in the order in which pages show them

	Loads   []Load    `json:"loads"`
	Idles   []Idle    `json:"idles"`
	Stalled []Stalled `json:"stalled"`
}

// Machine is the machine of the measurements.
type Machine struct {
	OS, Arch, Kernel, CPU, Go string
	Cores                     int
	MemoryMiB                 int
}

// Scenario is what clients do during a measurement. With a Rate, the senders keep this
// rate, also if messages are late (an open load). Else each of them has at most Window
// messages on the way (a closed load).
type Scenario struct {
	Name    string `json:"name"` // "one", "forty", "thousand"; "growth", once for each number of clients; "open", once for each rate; "flood", without it and with it
	Clients int    `json:"clients"`
	Senders int    `json:"senders"`         // of Clients; senders hear, too
	Window  int    `json:"window"`          // messages that each sender has under way; 0 with a Rate
	All     bool   `json:"all"`             // a message is under way until all clients have it; else, until its sender has
	Rate    int    `json:"rate,omitempty"`  // messages a second of all senders together; 0: as many as Window lets through
	Payload int    `json:"payload"`         // bytes of each message's JSON
	Flood   bool   `json:"flood,omitempty"` // one more client sends without pause; nothing of it is counted
}

// Load is one server under one scenario, in one round.
type Load struct {
	Scenario
	Server     string  `json:"server"`
	Round      int     `json:"round"` // from 1
	Seconds    float64 `json:"seconds"`
	Sent       int     `json:"sent"`       // messages; with a Rate, those that were due
	Deliveries int     `json:"deliveries"` // messages times clients that heard them
	CPU        float64 `json:"cpu"`        // the server's, seconds
	RSSBefore  int     `json:"rssBefore"`  // bytes, resident, before the first client
	RSSAfter   int     `json:"rssAfter"`   // at the end of the measured time
	P50        float64 `json:"p50"`        // delay from sending to hearing, microseconds; with a Rate, from when the message was due
	P99        float64 `json:"p99"`
	Inversions int     `json:"inversions"`        // a client heard a sender's later message before an earlier one
	Disagree   int     `json:"disagree"`          // clients that did not hear all in the order in which the first one did
	Lost       int     `json:"lost"`              // deliveries that never came to clients that the server kept
	Unheard    int     `json:"unheard,omitempty"` // with a Rate: deliveries that had yet to come when the run was over, of a server that was behind and still delivered; it has lost nothing as far as can be told
	Dropped    int     `json:"dropped"`           // healthy clients that the server let go
	Frozen     bool    `json:"frozen"`            // no client heard anything more, with messages under way
}

// Idle is one server with clients that only stay connected, in one round.
type Idle struct {
	Server           string  `json:"server"`
	Round            int     `json:"round"`
	Clients          int     `json:"clients"`
	Connected        int     `json:"connected"`      // of them, at the end
	ConnectSeconds   float64 `json:"connectSeconds"` // for all, until the server has agreed
	RSSBefore        int     `json:"rssBefore"`      // bytes, resident, before the first
	RSSAfter         int     `json:"rssAfter"`
	GoroutinesBefore int     `json:"goroutinesBefore"`
	GoroutinesAfter  int     `json:"goroutinesAfter"`
}

// Stalled is one server while one client does not read and the others talk, in
// one round.
type Stalled struct {
	Server   string   `json:"server"`
	Round    int      `json:"round"`
	Clients  int      `json:"clients"` // that read
	Messages int      `json:"messages"`
	Payload  int      `json:"payload"`
	P99Alone float64  `json:"p99Alone"` // delay of the others without the one that stalls, microseconds
	P99      float64  `json:"p99"`      // and with it
	Dropped  int      `json:"dropped"`  // healthy clients that the server let go
	Lost     int      `json:"lost"`
	Frozen   bool     `json:"frozen"`
	LetGo    float64  `json:"letGo"` // seconds until the stalled one's connection was over for the server; -1: not within the run
	Samples  []Sample `json:"samples"`
}

// Sample is the server's process at one moment.
type Sample struct {
	Seconds    float64 `json:"seconds"` // since the first message
	RSS        int     `json:"rss"`     // bytes
	Goroutines int     `json:"goroutines"`
	Sent       int     `json:"sent"` // messages so far
}

// KeptUp tells whether the server kept up with an open load: it dropped no client and lost
// no message, nearly all messages that were due in the measured time were heard in that
// time, and 99 of 100 deliveries took no longer than a second.
func (l Load) KeptUp() bool {
	const nearly, second = 0.95, 1e6 // a share of what was due; microseconds
	due := float64(l.Sent * l.Clients)
	return !l.Frozen && l.Dropped == 0 && l.Lost == 0 && l.P99 <= second && float64(l.Deliveries) >= nearly*due
}
