package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// style is how a pattern's wildcards work.
type style int

const (
	exactText  style = iota // * and ? stand for themselves
	plainText               // they reach over everything
	resourceID              // as in Resource: see scoped
	arn                     // as in ArnLike: each of six parts on its own
)

// pattern is a text of a policy with wildcards and policy variables.
type pattern struct {
	source string
	style  style
	pieces []piece
	// fixed is set for a pattern without variables. Others are put together for each request.
	fixed *compiled
}

// compiled is a pattern without variables: a text that others start with, and what follows from the
// first wildcard on.
type compiled struct {
	start string
	rest  []symbol
}

// piece is a stretch of symbols, or a variable.
type piece struct {
	symbols  []symbol
	variable string // a key in lower case
	fallback *string
}

// symbol is a character, or one of the wildcards.
type symbol rune

const (
	star       symbol = -1 - iota // any text without a colon
	question                      // one character that is not a colon
	wideStar                      // any text
	wideAnyOne                    // one character
)

// literal is a pattern without variables.
func literal(source string, s style) pattern {
	p := pattern{source: source, style: s, pieces: []piece{{symbols: symbolsOf(source, s != exactText)}}}
	return p.finished()
}

// newPattern reads a pattern with variables.
func newPattern(source string, s style) (pattern, error) {
	p := pattern{source: source, style: s}
	rest := source
	for {
		before, after, found := strings.Cut(rest, "${")
		p.pieces = append(p.pieces, piece{symbols: symbolsOf(before, s != exactText)})
		if !found {
			return p.finished(), nil
		}
		inside, behind, closed := strings.Cut(after, "}")
		if !closed {
			return pattern{}, fmt.Errorf("%q has a policy variable that does not end", source)
		}
		read, err := variable(inside)
		if err != nil {
			return pattern{}, fmt.Errorf("%q: %w", source, err)
		}
		p.pieces = append(p.pieces, read)
		rest = behind
	}
}

// variable reads what is between ${ and }.
func variable(inside string) (piece, error) {
	if inside == "*" || inside == "?" || inside == "$" {
		return piece{symbols: []symbol{symbol(inside[0])}}, nil
	}
	name, fallback, has := strings.Cut(inside, ", ")
	read := piece{variable: strings.ToLower(name)}
	k, known := lookUp(name)
	switch {
	case !known:
		return piece{}, fmt.Errorf("the policy variable ${%s} is not known", name)
	case k.multivalued:
		return piece{}, fmt.Errorf("%s has several values and can't be a policy variable", name)
	case !has:
		return read, nil
	case len(fallback) < 2 || fallback[0] != '\'' || fallback[len(fallback)-1] != '\'':
		return piece{}, errors.New("the default of a policy variable is in single quotes")
	}
	fallback = fallback[1 : len(fallback)-1]
	read.fallback = &fallback
	return read, nil
}

func symbolsOf(text string, wildcards bool) []symbol {
	symbols := make([]symbol, 0, len(text))
	for _, r := range text {
		switch {
		case wildcards && r == '*':
			symbols = append(symbols, star)
		case wildcards && r == '?':
			symbols = append(symbols, question)
		default:
			symbols = append(symbols, symbol(r))
		}
	}
	return symbols
}

func (p pattern) finished() pattern {
	if len(p.variables()) == 0 {
		p.fixed, _ = p.compile(nil)
	}
	return p
}

func (p pattern) variables() (names []string) {
	for _, piece := range p.pieces {
		if piece.variable != "" {
			names = append(names, piece.variable)
		}
	}
	return names
}

func textOf(symbols []symbol) string {
	text := make([]rune, 0, len(symbols))
	for _, s := range symbols {
		text = append(text, rune(s))
	}
	return string(text)
}

// compile puts a request's values in the place of variables. It fails if a variable has no value:
// then the pattern matches nothing.
func (p pattern) compile(c context) (*compiled, bool) {
	symbols, ok := p.expand(c)
	if !ok {
		return nil, false
	}
	wildcard := slices.IndexFunc(symbols, func(s symbol) bool { return s < 0 })
	if wildcard < 0 {
		wildcard = len(symbols)
	}
	return &compiled{textOf(symbols[:wildcard]), symbols[wildcard:]}, true
}

// expand is the pattern's symbols. The values of variables have no wildcards.
func (p pattern) expand(c context) (symbols []symbol, ok bool) {
	for _, piece := range p.pieces {
		if piece.variable == "" {
			symbols = append(symbols, piece.symbols...)
			continue
		}
		values := c[piece.variable]
		switch {
		case len(values) == 1:
			symbols = append(symbols, symbolsOf(values[0], false)...)
		case len(values) == 0 && piece.fallback != nil:
			symbols = append(symbols, symbolsOf(*piece.fallback, false)...)
		default:
			return nil, false
		}
	}
	return scoped(symbols, p.style), true
}

// arnParts is how many parts a colon separates in an ARN; the last one may have more colons.
const arnParts = 6

// scoped says which wildcards reach over colons. In the first five parts of an ARN none does, but
// that a * at the end of a part of a Resource does (IAM user guide, "IAM JSON policy elements:
// Resource"). The resource part is one part.
func scoped(symbols []symbol, s style) []symbol {
	colons := 0
	for i, at := range symbols {
		if at == ':' {
			colons++
		}
		wide := s == plainText || colons >= arnParts-1 ||
			s == resourceID && at == star && (i+1 == len(symbols) || symbols[i+1] == ':')
		switch {
		case wide && at == star:
			symbols[i] = wideStar
		case wide && at == question:
			symbols[i] = wideAnyOne
		}
	}
	return symbols
}

// matches compares a text with the pattern, in time proportional to the product of their lengths.
func (p pattern) matches(value string, c context) bool {
	wanted := p.fixed
	if wanted == nil {
		compiled, ok := p.compile(c)
		if !ok {
			return false
		}
		wanted = compiled
	}
	rest, ok := strings.CutPrefix(value, wanted.start)
	if !ok {
		return false
	}
	if len(wanted.rest) == 0 || len(wanted.rest) == 1 && wanted.rest[0] == wideStar {
		return len(wanted.rest) == 1 || rest == ""
	}
	return matchSymbols(wanted.rest, rest)
}

// matchSymbols follows all ways to read the text at once: reached are the symbols that may come
// next.
func matchSymbols(symbols []symbol, text string) bool {
	reached, next := make([]bool, len(symbols)+1), make([]bool, len(symbols)+1)
	reached[0] = true
	skipStars(symbols, reached)
	for _, r := range text {
		clear(next)
		alive := false
		for i, at := range symbols {
			if !reached[i] || !takes(at, r) {
				continue
			}
			alive = true
			if at == star || at == wideStar {
				next[i] = true
			} else {
				next[i+1] = true
			}
		}
		if !alive {
			return false
		}
		reached, next = next, reached
		skipStars(symbols, reached)
	}
	return reached[len(symbols)]
}

// skipStars reads each star that may come next as nothing.
func skipStars(symbols []symbol, reached []bool) {
	for i, at := range symbols {
		if reached[i] && (at == star || at == wideStar) {
			reached[i+1] = true
		}
	}
}

func takes(at symbol, r rune) bool {
	switch at {
	case wideStar, wideAnyOne:
		return true
	case star, question:
		return r != ':'
	default:
		return at == symbol(r)
	}
}
