"""One file an operation: what differs between them, as data. `videos.registry` names them all."""
