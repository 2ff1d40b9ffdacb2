package page

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestPictures writes the pictures of the docs if `make screenshots` says where to.
func TestPictures(t *testing.T) {
	dir := os.Getenv("M2M_SCREENSHOTS")
	if dir == "" {
		t.Skip("make screenshots writes them")
	}
	b := newBrowser(t)
	run := up(t, "--ephemeral") // whose commands have no path of this machine
	b.enter(t, run.PageURL)
	traffic(t, run)
	fill(t, b)
	for _, look := range looks {
		b.looks(t, look.scheme, look.width, look.height)
		eval[bool](t, b, `(window.scrollTo(0, 0), document.activeElement.blur(), true)`)
		shot := chromedp.FullScreenshot(100)
		if look.name == "narrow" {
			shot = chromedp.CaptureScreenshot()
		}
		taken, err := chromedp.Run(b.ctx, shot)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "page-"+look.name+".png"), small(t, taken), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// small is a picture in the 256 colors that it has most of.
func small(t *testing.T, taken []byte) []byte {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(taken))
	if err != nil {
		t.Fatal(err)
	}
	area := picture.Bounds()
	count := map[color.Color]int{}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[picture.At(x, y)]++
		}
	}
	var colors color.Palette
	for c := range count {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.Color) int { return count[b] - count[a] })
	colors = colors[:min(len(colors), 256)]
	nearest := map[color.Color]uint8{}
	for c := range count {
		nearest[c] = uint8(colors.Index(c))
	}
	result := image.NewPaletted(area, colors)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			result.SetColorIndex(x, y, nearest[picture.At(x, y)])
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, result); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// token gets one as any caller does.
func (p *process) token(t *testing.T, client string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.Token, strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(p.Clients[client].ID, p.Clients[client].Secret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Token
}

// traffic calls the API for a minute as clients do, well and badly, so that the charts show it.
func traffic(t *testing.T, run *process) {
	t.Helper()
	tokens := map[string]string{}
	for _, client := range []string{"reader", "writer"} {
		tokens[client] = run.token(t, client)
	}
	const calls, longest = 1200, 100 * time.Millisecond
	for i := range calls {
		time.Sleep(time.Duration(float64(longest) * (0.5 + 0.45*math.Sin(float64(i)/90))))
		path, token := "/test_jwt", tokens["reader"]
		switch {
		case i%17 == 0:
			path, token = "/test_jwt/read", tokens["writer"]
		case i%41 == 0:
			token = ""
		case i%3 == 0:
			path = "/test_jwt/read"
		case i%5 == 0:
			token = tokens["writer"]
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, run.APIURL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
}
