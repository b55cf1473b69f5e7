"""The server: one port for Rekognition, moto and the control API."""
