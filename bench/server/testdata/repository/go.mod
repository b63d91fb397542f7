// A repository with servers as package server expects them, for its tests. They
// are no chats: 01-original, floor and 99-own-module serve what is measured
// there, 02-race-fix ends at once, and 03-single-goroutine never says that it
// serves.
module small

go 1.26.0
