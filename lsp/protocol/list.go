package protocol

import "encoding/json"

// List is a list that LSP does not allow to be null: a nil one is sent as [].
type List[T any] []T

// MarshalJSON gives [] for nil.
func (l List[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]T(l))
}
