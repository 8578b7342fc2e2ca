package lex

// Keyword is a word that PostgreSQL's grammar knows; NotKeyword is none.
type Keyword uint16

// Category says where a keyword may still serve as a name
// (https://www.postgresql.org/docs/current/sql-keywords-appendix.html).
type Category uint8

// The categories of kwlist.h.
const (
	Unreserved   Category = iota // may name anything
	ColName                      // may not name a function or a type
	TypeFuncName                 // may name a function or a type only
	Reserved                     // may name nothing without quotes
)

// String gives the category's name in kwlist.h, in lower case.
func (c Category) String() string {
	return [...]string{"unreserved", "col_name", "type_func_name", "reserved"}[c]
}

type keyword struct {
	word      string
	category  Category
	bareLabel bool
}

// Keywords gives all keywords in alphabetical order.
func Keywords() []Keyword {
	all := make([]Keyword, 0, len(keywords)-1)
	for k := NotKeyword + 1; int(k) < len(keywords); k++ {
		all = append(all, k)
	}
	return all
}

// String gives the keyword in lower case, and "" for NotKeyword.
func (k Keyword) String() string { return keywords[k].word }

// Category gives the keyword's category.
func (k Keyword) Category() Category { return keywords[k].category }

// BareLabel reports whether the keyword may label a column without AS.
func (k Keyword) BareLabel() bool { return keywords[k].bareLabel }

// LookupKeyword finds a word, in any case, among the keywords. It does not
// allocate.
func LookupKeyword(word string) Keyword {
	if len(word) > longestKeyword {
		return NotKeyword
	}
	h := uint32(0)
	for i := range len(word) {
		h = hashByte(h, word[i])
	}
	return find(word, h)
}

// find is LookupKeyword for a caller who has the hash of word already.
func find(word string, hash uint32) Keyword {
	for slot := hash % hashSlots; ; slot = (slot + 1) % hashSlots {
		k := hashTable[slot]
		if k == NotKeyword || equalFold(keywords[k].word, word) {
			return k
		}
	}
}

// equalFold compares a keyword, which is lower case ASCII, with a word in any
// case. Only ASCII letters fold, as in downcase_truncate_identifier for UTF-8.
func equalFold(keyword, word string) bool {
	if len(keyword) != len(word) {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != keyword[i] {
			return false
		}
	}
	return true
}

const (
	longestKeyword = len("current_timestamp")
	hashSlots      = 2048 // a power of two, some four times the number of keywords
)

// hashByte folds case: letters alone make keywords, and what else collides is
// told apart by equalFold.
func hashByte(h uint32, c byte) uint32 { return h*31 + uint32(c|0x20) }

// hashTable holds the keywords at their hashes, with linear probing. It is
// built once and never written again.
var hashTable = func() (table [hashSlots]Keyword) {
	for _, k := range Keywords() {
		h := uint32(0)
		for i := range len(keywords[k].word) {
			h = hashByte(h, keywords[k].word[i])
		}
		slot := h % hashSlots
		for table[slot] != NotKeyword {
			slot = (slot + 1) % hashSlots
		}
		table[slot] = k
	}
	return table
}()
