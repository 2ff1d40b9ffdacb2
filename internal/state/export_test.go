package state

import "cognito-m2m/internal/jsonvalue"

// AsWritten says whether a state file is read without encoding/json.
func AsWritten(raw []byte) bool {
	_, ok := jsonvalue.Into[file](raw)
	return ok
}
