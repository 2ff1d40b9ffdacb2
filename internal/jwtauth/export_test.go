package jwtauth

import "hash/maphash"

// Confuse has the verifier find what it remembers of one token by the hash of another one.
func (v *Verifier) Confuse(remembered, other string) {
	known, _ := v.verified.Get(maphash.String(v.seed, remembered))
	v.verified.Add(maphash.String(v.seed, other), known)
}
