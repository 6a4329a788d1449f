"""The show channel: Socket.IO between everybody in a show and its room."""
