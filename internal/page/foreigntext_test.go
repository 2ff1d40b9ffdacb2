package page

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	nethtml "golang.org/x/net/html"

	"cognito-m2m/internal/m2mtest"
)

// views are one of each kind, empty.
func views() []view {
	return []view{
		&pageView{}, &closedView{}, &headView{}, &flowView{}, &clientsViews{}, &shownView{}, new(refusedView), &tokenView{decoded: &decoded{}},
		&routesViews{}, &callView{}, &requestsView{}, &chartsView{}, &shares{}, &rotations{}, &said{}, &stackViews{},
	}
}

// TestViewsAreAllThatTemplatesShow: what follows looks at every template.
func TestViewsAreAllThatTemplatesShow(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.qtpl")
	if err != nil {
		t.Fatal(err)
	}
	var written, listed []string
	for _, file := range files {
		for _, match := range regexp.MustCompile(`{% func \(\w+ (\w+)\) HTML\(\)`).FindAllStringSubmatch(m2mtest.Read(t, file), -1) {
			written = append(written, match[1])
		}
	}
	for _, v := range views() {
		listed = append(listed, reflect.TypeOf(v).Elem().Name())
	}
	slices.Sort(written)
	slices.Sort(listed)
	if diff := cmp.Diff(written, listed); diff != "" {
		t.Errorf("the templates and views() of this test differ (-templates +views):\n%s", diff)
	}
}

// hostile ends what it may stand in: a word, an attribute, a tag, a text, a script.
const hostile = ` x=1 onclick=alert(1) "onclick="alert(1)" 'onclick='alert(1)' --></svg></textarea></title></script></style><script>alert(1)</script><img src=x onerror=alert(1)>&lt;&#60;&`

// marker is in every foreign text.
const marker = "foreign text"

// TestForeignTextIsText fills each view with texts that would be more than text, and wants the
// elements and attributes of one with harmless texts, each in a place where text does nothing.
func TestForeignTextIsText(t *testing.T) {
	t.Parallel()
	for i := range views() {
		shown := 0
		for _, f := range []filling{{}, {flags: true}, {numbers: true}, {flags: true, numbers: true}} {
			harmless, full := views()[i], views()[i]
			fill(reflect.ValueOf(harmless).Elem(), "v", f)
			f.text = hostile
			fill(reflect.ValueOf(full).Elem(), "v", f)
			want, _ := skeleton(t, harmless.HTML())
			got, places := skeleton(t, full.HTML())
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%T: foreign text adds or takes elements (-harmless +hostile):\n%s", full, diff)
			}
			for _, place := range places {
				if does.MatchString(place) {
					t.Errorf("%T: there is foreign text in %s, which does something", full, place)
				}
			}
			shown += len(places)
		}
		if shown == 0 {
			t.Errorf("%T: no foreign text is shown: this test looks at nothing", views()[i])
		}
	}
}

// does matches the places where text does something: scripts, styles, URLs and handlers.
var does = regexp.MustCompile(`^(script|style)$|^\w+ (style|srcdoc|srcset|src|href|action|formaction|data|ping|poster|on\w+)$`)

// filling is what a view is filled with.
type filling struct {
	text           string
	flags, numbers bool // all true, and none 0
}

// fill sets all that is exported. No two numbers of different depth are the same.
func fill(v reflect.Value, path string, f filling) {
	const deepest = 40
	switch v.Kind() {
	case reflect.String:
		v.SetString(marker + f.text)
	case reflect.Bool:
		v.SetBool(f.flags)
	case reflect.Int, reflect.Int64:
		if f.numbers {
			v.SetInt(int64(400 + len(path)))
		}
	case reflect.Float64:
		v.SetFloat(float64(len(path)) / 8)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), fmt.Sprintf("%s[%d]", path, i), f)
		}
	case reflect.Pointer:
		if v.IsNil() && v.CanSet() && len(path) < deepest {
			v.Set(reflect.New(v.Type().Elem()))
		}
		if !v.IsNil() {
			fill(v.Elem(), path, f)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1_800_000_000, 0)))
			return
		}
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() || field.Anonymous {
				fill(v.Field(i), path+"."+field.Name, f)
			}
		}
	default: // a map has markup, and nothing else is shown
	}
}

// skeleton are the elements of HTML with the names of their attributes, and the places where there
// is foreign text: elements, or their attributes.
func skeleton(t *testing.T, source string) (elements, places []string) {
	t.Helper()
	root, err := nethtml.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	for node := range root.Descendants() {
		if node.Type == nethtml.TextNode {
			if strings.Contains(node.Data, marker) {
				places = append(places, node.Parent.Data)
			}
			continue
		}
		element := node.Data
		for _, attribute := range node.Attr {
			element += " " + attribute.Key
			if strings.Contains(attribute.Val, marker) {
				places = append(places, node.Data+" "+attribute.Key)
			}
		}
		elements = append(elements, element)
	}
	return elements, places
}
