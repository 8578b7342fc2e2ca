package spool

import (
	"bytes"
	"encoding/binary"
	"math"
	"net/netip"
	"strconv"
	"strings"
)

// Compare says what the cells of a column are, so that they can be put in order
// by PostgreSQL's text form of them. A cell that has another form, such as a
// date under a DateStyle other than ISO, comes behind all that have it.
type Compare uint8

// The ways to compare. Under Text, which is right for every type that none of
// the others names, the bytes decide, as in COLLATE "C": the order of a boolean,
// a uuid, a time or a bytea is that of its text. Enumerations, arrays, ranges,
// composite types and JSON are in the order of their texts too, which is not
// PostgreSQL's.
const (
	Text     Compare = iota
	Number           // integers, numeric, float: infinities at the ends, NaN above all
	Money            // money, whatever lc_monetary is
	Moment           // date, time and timestamp with DateStyle ISO, with and without time zone
	Interval         // interval with IntervalStyle postgres; a month is 30 days
	Network          // inet, cidr
)

// CompareFor gives the way to compare for a type of PostgreSQL's, by its OID
// (src/include/catalog/pg_type.dat).
func CompareFor(typeOID uint32) Compare {
	switch typeOID {
	case 20, 21, 23, // int8, int2, int4
		26, 28, 29, 5069, // oid, xid, cid, xid8
		700, 701, 1700: // float4, float8, numeric
		return Number
	case 790:
		return Money
	case 1082, 1083, 1266, 1114, 1184: // date, time, timetz, timestamp, timestamptz
		return Moment
	case 1186:
		return Interval
	case 650, 869: // cidr, inet
		return Network
	}
	return Text
}

// longestText is how many bytes of a text decide its place in an order.
const longestText = 8 << 10

// The first bytes of a key. Behind unknown comes the text.
const (
	lowest   = 1 // -infinity
	negative = 2
	zero     = 3
	positive = 4
	highest  = 5 // infinity
	nan      = 6
	unknown  = 0xff
)

// appendKey appends a key for a cell that is not NULL. Keys are in the order of
// the cells when their bytes are compared, and none begins with another, so that
// they can stand one behind the other.
func (c Compare) appendKey(key, cell []byte) []byte {
	start, ok := len(key), false
	switch c {
	case Number:
		key, ok = appendNumber(key, cell)
	case Money:
		key, ok = appendMoney(key, cell)
	case Moment:
		key, ok = appendMoment(key, cell)
	case Interval:
		key, ok = appendInterval(key, cell)
	case Network:
		key, ok = appendNetwork(key, cell)
	default:
		return appendText(key, cell)
	}
	if ok {
		return key
	}
	return appendText(append(key[:start], unknown), cell)
}

// appendText ends the text with 00 00, and writes 00 ff for a 00 in it.
func appendText(key, text []byte) []byte {
	text = text[:min(len(text), longestText)]
	for {
		i := bytes.IndexByte(text, 0)
		if i < 0 {
			return append(append(key, text...), 0, 0)
		}
		key = append(append(key, text[:i]...), 0, 0xff)
		text = text[i+1:]
	}
}

func appendNumber(key, text []byte) ([]byte, bool) {
	switch string(text) {
	case "NaN":
		return append(key, nan), true
	case "Infinity":
		return append(key, highest), true
	case "-Infinity":
		return append(key, lowest), true
	}
	exponent := 0
	if i := bytes.IndexAny(text, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(string(text[i+1:])); err != nil {
			return key, false
		}
		text = text[:i]
	}
	digits, minus := bytes.CutPrefix(text, []byte("-"))
	return appendDecimal(key, minus, digits, exponent)
}

// appendMoney leaves out currency and separators: all amounts have as many
// decimals as their currency.
func appendMoney(key, text []byte) ([]byte, bool) {
	var digits []byte
	minus := false
	for _, b := range text {
		switch {
		case b >= '0' && b <= '9':
			digits = append(digits, b)
		case b == '-' || b == '(':
			minus = true
		}
	}
	return appendDecimal(key, minus, digits, 0)
}

// appendDecimal writes a sign, the power of ten of the first digit that is not
// zero, and the digits from there in pairs, without the zeros at the end.
func appendDecimal(key []byte, minus bool, digits []byte, exponent int) ([]byte, bool) {
	whole, fraction, _ := bytes.Cut(digits, []byte("."))
	if len(whole)+len(fraction) == 0 || !decimal(whole) || !decimal(fraction) {
		return key, false
	}
	whole = bytes.TrimLeft(whole, "0")
	exponent += len(whole)
	fraction = bytes.TrimRight(fraction, "0")
	if len(whole) == 0 {
		significant := bytes.TrimLeft(fraction, "0")
		exponent -= len(fraction) - len(significant)
		fraction = significant
	}
	if len(fraction) == 0 {
		whole = bytes.TrimRight(whole, "0")
	}
	n := len(whole) + len(fraction)
	if n == 0 {
		return append(key, zero), true
	}
	start := len(key) + 1
	key = append(key, positive)
	if exponent >= -100 && exponent <= 100 {
		key = append(key, byte(128+exponent))
	} else {
		mark := byte(1)
		if exponent > 0 {
			mark = 255
		}
		key = binary.BigEndian.AppendUint64(append(key, mark), sortable(int64(exponent)))
	}
	digit := func(i int) byte {
		switch {
		case i < len(whole):
			return whole[i] - '0'
		case i < n:
			return fraction[i-len(whole)] - '0'
		}
		return 0
	}
	for i := 0; i < n; i += 2 {
		key = append(key, 1+10*digit(i)+digit(i+1))
	}
	key = append(key, 0)
	if minus {
		key[start-1] = negative
		invert(key[start:])
	}
	return key, true
}

func decimal(digits []byte) bool {
	for _, b := range digits {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}

// sortable maps integers to unsigned ones in the same order.
func sortable(i int64) uint64 { return uint64(i) ^ 1<<63 }

// invert turns the order of keys round.
func invert(key []byte) {
	for i := range key {
		key[i] = ^key[i]
	}
}

// appendMoment reads "2024-02-29 12:30:00.5+02 BC", of which only the date or
// only the time must be there. Moments are points in time, so times of a day
// with time zones are compared at Greenwich, and by their zone where they are
// the same (timetz_cmp_internal in PostgreSQL's src/backend/utils/adt/date.c).
func appendMoment(key, cell []byte) ([]byte, bool) {
	switch string(cell) {
	case "infinity":
		return append(key, highest), true
	case "-infinity":
		return append(key, lowest), true
	}
	text, bc := strings.CutSuffix(string(cell), " BC")
	var days int64
	date, clock, both := strings.Cut(text, " ")
	hasDate := !strings.Contains(date, ":")
	if hasDate {
		var ok bool
		if days, ok = dayNumber(date, bc); !ok {
			return key, false
		}
	} else if clock = date; both || bc {
		return key, false
	}
	micros, east := int64(0), int64(0)
	if clock != "" {
		if i := strings.IndexAny(clock, "+-"); i >= 0 {
			zone, ok := clockMicros(clock[i+1:])
			if !ok {
				return key, false
			}
			if east = zone; clock[i] == '-' {
				east = -zone
			}
			clock = clock[:i]
		}
		var ok bool
		if micros, ok = clockMicros(clock); !ok {
			return key, false
		}
	}
	micros -= east
	if hasDate {
		east = 0
	}
	key = appendDays(append(key, positive), days, micros)
	return binary.BigEndian.AppendUint64(key, sortable(-east)), true
}

const dayMicros = 24 * 60 * 60 * 1_000_000

func appendDays(key []byte, days, micros int64) []byte {
	over := micros / dayMicros
	if micros %= dayMicros; micros < 0 {
		over, micros = over-1, micros+dayMicros
	}
	key = binary.BigEndian.AppendUint64(key, sortable(days+over))
	return binary.BigEndian.AppendUint64(key, uint64(micros))
}

// dayNumber counts the days of a date such as "2024-02-29" from a fixed one
// (date2j in PostgreSQL's src/backend/utils/adt/datetime.c).
func dayNumber(date string, bc bool) (int64, bool) {
	y, rest, yearOK := cutNumber(date, "-")
	m, rest, monthOK := cutNumber(rest, "-")
	d, rest, dayOK := cutNumber(rest, "")
	if !yearOK || !monthOK || !dayOK || rest != "" || m < 1 || m > 12 {
		return 0, false
	}
	if bc {
		y = 1 - y
	}
	if m > 2 {
		m++
		y += 4800
	} else {
		m += 13
		y += 4799
	}
	century := y / 100
	return y*365 - 32167 + y/4 - century + century/4 + 7834*m/256 + d, true
}

// cutNumber reads a number of at most nine digits and the mark behind it.
func cutNumber(text, mark string) (n int64, rest string, ok bool) {
	i := 0
	for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		n = 10*n + int64(text[i]-'0')
	}
	rest, ok = strings.CutPrefix(text[i:], mark)
	return n, rest, ok && i > 0 && i < 10
}

// clockMicros reads "12", "12:30" or "12:30:00.123456" as microseconds.
func clockMicros(clock string) (int64, bool) {
	micros, unit := int64(0), int64(60*60*1_000_000)
	clock, fraction, _ := strings.Cut(clock, ".")
	for mark := ":"; clock != ""; unit /= 60 {
		if !strings.Contains(clock, ":") {
			mark = ""
		}
		n, rest, ok := cutNumber(clock, mark)
		if !ok || mark == "" && rest != "" || unit < 1_000_000 {
			return 0, false
		}
		micros += n * unit
		clock = rest
	}
	for unit = 100_000; fraction != ""; unit /= 10 {
		digit := int64(fraction[0]) - '0'
		if digit < 0 || digit > 9 || unit == 0 {
			return 0, false
		}
		micros += digit * unit
		fraction = fraction[1:]
	}
	return micros, true
}

// appendInterval reads "1 year 2 mons -3 days +04:05:06.7" as a number of days
// and microseconds (interval_cmp_value in PostgreSQL's
// src/backend/utils/adt/timestamp.c).
func appendInterval(key, cell []byte) ([]byte, bool) {
	switch string(cell) {
	case "infinity":
		return append(key, highest), true
	case "-infinity":
		return append(key, lowest), true
	}
	fields := strings.Fields(string(cell))
	if len(fields) == 0 {
		return key, false
	}
	var days, micros int64
	for ; len(fields) > 1; fields = fields[2:] {
		n, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil || n > math.MaxInt32 || n < math.MinInt32 {
			return key, false
		}
		switch strings.TrimSuffix(fields[1], "s") {
		case "year":
			days += n * 360
		case "mon":
			days += n * 30
		case "day":
			days += n
		default:
			return key, false
		}
	}
	if len(fields) == 1 {
		clock, minus := strings.CutPrefix(fields[0], "-")
		var ok bool
		if micros, ok = clockMicros(strings.TrimPrefix(clock, "+")); !ok || !strings.Contains(clock, ":") {
			return key, false
		}
		if minus {
			micros = -micros
		}
	}
	return appendDays(append(key, positive), days, micros), true
}

// appendNetwork orders by family, network, length of the prefix and address
// (network_cmp_internal in PostgreSQL's src/backend/utils/adt/network.c).
func appendNetwork(key, cell []byte) ([]byte, bool) {
	text := string(cell)
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		address, err := netip.ParseAddr(text)
		if err != nil || address.Zone() != "" {
			return key, false
		}
		prefix = netip.PrefixFrom(address, address.BitLen())
	}
	family := byte(4)
	if prefix.Addr().Is6() {
		family = 6
	}
	key = append(append(key, family), prefix.Masked().Addr().AsSlice()...)
	return append(append(key, byte(prefix.Bits())), prefix.Addr().AsSlice()...), true
}
