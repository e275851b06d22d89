package events

// Sign signs as an emitter with the secret does.
func Sign(secret []byte, id, timestamp, payload string) string {
	return (&Emitter{secret: secret}).sign(message{id: id, payload: []byte(payload)}, timestamp)
}
