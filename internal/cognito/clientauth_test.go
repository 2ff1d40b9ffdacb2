package cognito_test

import (
	"net/http"
	"net/url"
	"testing"
)

func TestFormBesideBasic(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	same := p.do(t, p.formRequest(t, grant+"&client_id="+readerID, readerID, readerSecret))
	if same.status != http.StatusOK {
		t.Errorf("same client id in both: got %d %s, want 200", same.status, same.body)
	}
	for _, form := range []string{"&client_id=" + writerID, "&client_secret=" + readerSecret} {
		checkRefused(t, p.do(t, p.formRequest(t, grant+form, readerID, readerSecret)))
	}
}

func TestEveryLiveSecretIsAccepted(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	cases := []struct{ name, form, id, secret string }{
		{"older secret, Basic", grant, readerID, readerSecret},
		{"newer secret, Basic", grant, readerID, readerNewSecret},
		{"older secret, form", grant + "&client_id=" + readerID + "&client_secret=" + readerSecret, "", ""},
		{"newer secret, form", grant + "&client_id=" + readerID + "&client_secret=" + readerNewSecret, "", ""},
		{"plus signs, Basic plain as AWS shows it", grant, writerID, writerSecret},
		{"plus signs, Basic form-encoded as RFC 6749 has it", grant, writerID, url.QueryEscape(writerSecret)},
		{"plus signs, form", grant + "&client_id=" + writerID + "&client_secret=" + url.QueryEscape(writerSecret), "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := p.do(t, p.formRequest(t, c.form, c.id, c.secret)); got.status != http.StatusOK {
				t.Errorf("got %d %s, want 200", got.status, got.body)
			}
		})
	}
}
