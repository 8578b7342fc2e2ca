// Package rpc is the wire of the language server: framing, order, concurrency
// and cancellation of JSON-RPC messages (LSP 3.17, Base Protocol). It knows no
// protocol types.
//
// The read loop only enqueues; it answers cancellations itself, so that none
// waits behind the work it is meant to stop. One ordering goroutine takes the
// queue: an Ordered handler runs there to completion and alone may change the
// session; of a Request only the decoding and the taking of a snapshot happen
// there, and the rest runs in a goroutine of its own. So each request sees the
// session as of the messages before it, and none delays another.
package rpc
