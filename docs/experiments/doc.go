// Package experiments answers the post's questions, and some more, by running the code.
// Each question has one file and one test. Each test prints a small table, with numbers
// that vary. It asserts only what is always so: its comment says what that is.
//
//	go test -v ./docs/experiments                          all of them
//	go test -v -run TestIncrement ./docs/experiments       one of them
//	go test -run '^$' -bench ThreeWays ./docs/experiments  the benchmark
//
// Is an id given safely?
//
//	TestIncrement   Is ++ atomic?
//	TestDuplicates  Do clients of 01-original get the same id? Also with GOMAXPROCS=1?
//	TestHalfFix     Is it enough to make the increment atomic?
//	TestThreeWays   Mutex, atomic, channel: what does an id cost, and what is it worth?
//
// Can the room clog?
//
//	TestJoinWhileBusy        How long does it take to join while all are talking?
//	TestJoinBesideAStalled   And while somebody has stopped reading?
//	TestFreeze               And when much has been said before?
//
// One goroutine for each client, or two?
//
//	TestTwoGoroutinesOrOne  Are two faster?
//	TestDirectSend          Must the server start a goroutine for each send?
//	TestPileUp              And what does it cost when somebody stops reading?
//
// From TestJoinWhileBusy on, the steps run as separate programs, with real clients.
// room_test.go says what these programs have in addition to the steps.
package experiments
