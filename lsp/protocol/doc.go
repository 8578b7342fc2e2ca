// Package protocol holds the types of the Language Server Protocol that glsp's
// protocol_3_16 lacks, because LSP 3.17 added them, or that lose data there when
// they are decoded: progress tokens, diagnostic codes, command arguments, client
// capabilities. All others are used from protocol_3_16. Names are the
// specification's, each type's comment names its section, and what may be absent
// is absent as the zero value wherever that has no meaning of its own.
//
// Lines and characters are 0-based; characters count units of the negotiated
// PositionEncodingKind.
package protocol
