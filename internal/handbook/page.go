package handbook

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the style
	"encoding/base64"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"

	"cognito-m2m/internal/offering"
)

//go:embed page.css
var style string

// htmlPage is the handbook as a page.
type htmlPage struct {
	Title  string
	Policy string // its Content-Security-Policy
	Body   []byte // goldmark's, which escapes what is foreign
}

// markdown turns Markdown into HTML, and leaves HTML in it out.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// HTML is the same handbook as one page, with its style in it. Its Content-Security-Policy allows
// that style and nothing else: the page loads nothing and runs nothing.
func HTML(o *offering.Offer, client string) ([]byte, error) {
	source, err := Markdown(o, client)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	if err := markdown.Convert(source, &body); err != nil {
		return nil, err
	}
	title := o.Environment
	if client != "" {
		title = client + " in " + o.Environment
	}
	hash := sha256.Sum256([]byte(style))
	page := htmlPage{
		Title:  "How to call the API: " + title,
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'",
		Body:   body.Bytes(),
	}
	return []byte(page.HTML()), nil
}
