"""What the emulator reads and keeps: objects in S3, recorded responses, the state folder."""
