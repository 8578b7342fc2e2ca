package export

// kind is what a value is outside of PostgreSQL.
type kind uint8

const (
	text kind = iota
	number
	boolean
	document // JSON
	date
	timestamp
)

// kindOf gives the kind of a type by its OID (pg_type.dat), which is the same on
// every server. What it does not know is text.
func kindOf(typeOID uint32) kind {
	switch typeOID {
	case 21, 23, 20, 26, 700, 701, 1700: // int2, int4, int8, oid, float4, float8, numeric
		return number
	case 16: // bool
		return boolean
	case 114, 3802: // json, jsonb
		return document
	case 1082:
		return date
	case 1114:
		return timestamp
	}
	return text
}

// arrayOf gives the kind of the elements of a built-in array type, and what
// stands between them; not ok for other types.
func arrayOf(typeOID uint32) (element kind, delimiter byte, ok bool) {
	switch typeOID {
	case 1005, 1007, 1016, 1028, 1021, 1022, 1231: // of the numbers, in the order above
		return number, ',', true
	case 1000:
		return boolean, ',', true
	case 199, 3807: // of json, jsonb
		return document, ',', true
	case 1020: // of box
		return text, ';', true
	}
	return text, ',', isTextArray(typeOID)
}

// isTextArray reports whether a type is an array of one of the built-in types
// that are all text elsewhere.
func isTextArray(typeOID uint32) bool {
	switch typeOID {
	case 1009, 1015, 1014, 1002, 1003, 1263, // of text, varchar, bpchar, "char", name, cstring
		1001, 1561, 1563, 2951, 143, // of bytea, bit, varbit, uuid, xml
		1182, 1115, 1185, 1183, 1270, 1187, // of date, timestamp, timestamptz, time, timetz, interval
		791, 651, 1041, 1040, 775, // of money, cidr, inet, macaddr, macaddr8
		1017, 1018, 1019, 629, 1027, 719, // of point, lseg, path, line, polygon, circle
		3905, 3907, 3909, 3911, 3913, 3927, // of int4range, numrange, tsrange, tstzrange, daterange, int8range
		6150, 6151, 6152, 6153, 6155, 6157, // of their multiranges
		3643, 3645, 3644, 4073, // of tsvector, tsquery, gtsvector, jsonpath
		1008, 2207, 2208, 2209, 2210, 2211, 4097, 4090, 4192, 3735, 3770, // of regproc and its family
		1006, 1013, 1010, 1011, 1012, 271, 1034, // of int2vector, oidvector, tid, xid, cid, xid8, aclitem
		2949, 5039, 3221, 2201, 2287: // of txid_snapshot, pg_snapshot, pg_lsn, refcursor, record
		return true
	}
	return false
}
