package policy

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Message is what most services say of a request that is not allowed; "" if it is. It does not name
// a resource that is *.
func (d Decision) Message(r Request) string {
	if d.Allowed {
		return ""
	}
	who := r.Principal.ARN
	if who == "" {
		who = r.Principal.Service + r.Principal.Federated
	}
	message := "User: " + who + " is not authorized to perform: " + r.Action
	if r.Resource != "*" {
		message += " on resource: " + r.Resource
	}
	return message + " " + d.Because(r)
}

// Because is the end of Message, which says what kind of policy denies the request.
func (d Decision) Because(r Request) string {
	kind, article := d.Kind.String(), "a "
	switch {
	case d.Kind == ResourcePolicy && r.asksForRole():
		kind, article = "role trust policy", "the "
	case d.Kind == IdentityPolicy:
		article = "an "
	}
	switch {
	case d.Allowed:
		return ""
	case d.Explicit:
		return "with an explicit deny in " + article + kind
	default:
		return "because no " + kind + " allows the " + r.Action + " action"
	}
}

// Remedy is the statement that policies of d.Kind lack, as one line of JSON. It is "" for a request
// that is allowed, and for one that a Deny denies, which no statement helps. Where policies of two
// kinds lack an Allow, the next decision says which is the second.
func (d Decision) Remedy(r Request) string {
	if d.Allowed || d.Explicit {
		return ""
	}
	s := struct {
		Effect    string
		Principal any `json:",omitempty"`
		Action    string
		Resource  string `json:",omitempty"`
	}{Effect: "Allow", Action: r.Action, Resource: escaped(r.Resource)}
	if d.Kind == ResourcePolicy {
		s.Principal = r.Principal.element()
		switch {
		case r.asksForRole():
			s.Resource = ""
		case strings.HasPrefix(nameOf(r.Resource), "key/"):
			s.Resource = "*" // in a key's policy * is the key itself
		}
	}
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return "" // texts alone always encode
	}
	return strings.TrimSpace(line.String())
}

// escaped is an ARN as a pattern that matches nothing else.
func escaped(resource string) string {
	if resource == "*" {
		return resource
	}
	return strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}").Replace(resource)
}

// element is how a policy names the principal: a session by its role.
func (p Principal) element() any {
	switch {
	case p.Service != "":
		return map[string]string{"Service": p.Service}
	case p.Federated != "":
		return map[string]string{"Federated": p.Federated}
	case p.role() != "":
		return map[string]string{"AWS": p.role()}
	case p.ARN != "":
		return map[string]string{"AWS": p.ARN}
	default:
		return "*"
	}
}
