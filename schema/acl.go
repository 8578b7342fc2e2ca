package schema

import "strings"

// Grant is an aclitem: what one role was granted by another one
// (https://www.postgresql.org/docs/current/ddl-priv.html#PRIVILEGE-ABBREVS-TABLE).
type Grant struct {
	Grantee string // "" for PUBLIC
	Plain   string // the letters of the privileges without the grant option
	Options string // of those with it
	Grantor string
}

// ParseGrant reads an aclitem as the server writes it: grantee=arwd*/grantor
// (aclparse of src/backend/utils/adt/acl.c).
func ParseGrant(item string) Grant {
	var g Grant
	var rest string
	g.Grantee, rest = roleName(item)
	letters, grantor, _ := strings.Cut(strings.TrimPrefix(rest, "="), "/")
	g.Grantor, _ = roleName(grantor) // nothing stands behind it
	for i := range len(letters) {
		switch {
		case letters[i] == '*':
		case i+1 < len(letters) && letters[i+1] == '*':
			g.Options += letters[i : i+1]
		default:
			g.Plain += letters[i : i+1]
		}
	}
	return g
}

// roleName reads a role's name, which is in quotes where it has unusual
// characters; quotes in it are doubled.
func roleName(text string) (name, rest string) {
	if !strings.HasPrefix(text, `"`) {
		if end := strings.IndexByte(text, '='); end >= 0 {
			return text[:end], text[end:]
		}
		return text, ""
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] == '"' {
			if i+1 == len(text) || text[i+1] != '"' {
				return b.String(), text[i+1:]
			}
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String(), ""
}
