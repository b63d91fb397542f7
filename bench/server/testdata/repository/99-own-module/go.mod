module elsewhere/chat

go 1.26.0
