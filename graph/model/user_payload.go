package model

// UserPayload is the payload of every mutation that answers with the user and
// errors alone. User is there to be resolved when something was changed.
type UserPayload struct {
	User   *User
	Errors []AccountError
}
