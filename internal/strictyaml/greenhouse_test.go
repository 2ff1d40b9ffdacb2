package strictyaml_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/strictyaml"
)

// greenhouse has every kind of thing that a file can hold.
type greenhouse struct {
	Name    word    `yaml:"name" hint:"write the file's name" unless:"match"`
	Match   word    `yaml:"match,omitempty"`
	Facing  facing  `yaml:"facing,omitempty" jsonschema:"default=SOUTH,example=north"`
	Door    door    `yaml:"door,omitempty"`
	Shelves shelves `yaml:"shelves" hint:"add one, for example {label: top, plants: {mint: Peppermint}}"`
	People  people  `yaml:"people" hint:"add one, for example ann: {waters: [mint]}"`
	Rounds  []round `yaml:"rounds,omitempty"`
	Water   water   `yaml:"water,omitempty"`
	Friends friends `yaml:"friends,omitempty"`
	Notes   string  `yaml:"notes,omitempty"`   // any text
	Degrees float64 `yaml:"degrees,omitempty"` // any number
}

type door struct {
	Sign   sign `yaml:"sign,omitempty"`
	Locked bool `yaml:"locked,omitempty" jsonschema:"default=true"`
}

type (
	shelves []shelf
	plants  map[word]string
	people  map[word]person
	waters  []word
	friends map[word]person // any number of them
)

type shelf struct {
	Label  word   `yaml:"label"`
	Plants plants `yaml:"plants" hint:"add at least one"`
}

type person struct {
	Waters waters `yaml:"waters" hint:"name at least one plant"`
	Cans   cans   `yaml:"cans,omitempty" jsonschema:"default=1"`
}

type round struct {
	Hour  *hour  `yaml:"hour,omitempty"`
	Can   volume `yaml:"can,omitempty" jsonschema:"default=5"`
	Spray spray  `yaml:"spray,omitempty"`
}

type water struct {
	Litres litres `yaml:"litres,omitempty" jsonschema:"default=2.5"`
	Cans   cans   `yaml:"cans,omitempty"`
}

// spray is a mapping, or the word off.
type spray struct {
	Litres litres `yaml:"litres,omitempty"`
	word   sprayWord
}

type (
	word      string
	sign      string
	facing    string
	sprayWord string
	cans      int
	hour      int
	volume    int
	litres    float64
)

var (
	wordText = strictyaml.Text{Noun: "word", Pattern: strictyaml.Expression(`^[a-z]+(/[a-z]+)?$`), MaxLength: 12, Hint: "1 to 12 lower-case letters"}
	signText = strictyaml.Text{Noun: "sign", MaxLength: 20, Hint: "at most 20 characters", Refuse: func(value string) (message, hint string) {
		if strings.Contains(value, "!") {
			return strictyaml.Quote(value) + " shouts", "speak softly"
		}
		return "", ""
	}}
	facingText    = strictyaml.Text{Noun: "direction", Words: []string{"NORTH", "SOUTH"}}
	sprayWordText = strictyaml.Text{Noun: "spray", Pattern: strictyaml.Expression(`^off$`), Hint: "how much, or off"}
)

func (word) Text() strictyaml.Text      { return wordText }
func (sign) Text() strictyaml.Text      { return signText }
func (facing) Text() strictyaml.Text    { return facingText }
func (sprayWord) Text() strictyaml.Text { return sprayWordText }
func (s *spray) Word() any              { return &s.word }

func (cans) Number() strictyaml.Number   { return strictyaml.Number{Min: 1, Max: 10} }
func (hour) Number() strictyaml.Number   { return strictyaml.Number{Max: 23, OrZero: true} }
func (volume) Number() strictyaml.Number { return strictyaml.Number{Values: []float64{2, 5, 10}} }
func (litres) Number() strictyaml.Number { return strictyaml.Number{Max: 100} }

func (shelves) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: 5, Of: "shelves", Why: "that is all the room"}
}
func (plants) Count() strictyaml.Count { return strictyaml.Count{Min: 1, Max: 100, Of: "plants"} }
func (people) Count() strictyaml.Count { return strictyaml.Count{Min: 1, Max: 50, Of: "people"} }
func (waters) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: 3, Of: "plants", Why: "two hands"}
}

// valid is a file without problems. Cases change one part of it.
const valid = `name: herbs
facing: north
door: {sign: "", locked: false}
shelves:
  - label: top
    plants:
      mint: Peppermint
      sage: Common sage
people:
  ann: {waters: [mint]}
  bob: {waters: [sage]}
rounds:
  - {hour: 0, can: 2, spray: {litres: 1}}
  - {hour: 19, spray: off}
water: {litres: 10, cans: 2}
`

var hints = strictyaml.Hints{Empty: "start from herbs.yaml", Several: "one greenhouse per file", Syntax: "see yaml.org"}

// read reads content as herbs.yaml, without rules between values, and returns the lines of its
// problems.
func read(t *testing.T, content string) (greenhouse, []string) {
	t.Helper()
	return readWith(t, content, func(*strictyaml.File) {})
}

func readWith(t *testing.T, content string, rules func(*strictyaml.File)) (into greenhouse, lines []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "herbs.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	file, problems := strictyaml.Read(path, &into, rules, hints)
	if problems == nil {
		if file == nil || file.Path != path {
			t.Errorf("file %+v, want one with the path %s", file, path)
		}
		return into, nil
	}
	return into, strings.Split(strings.ReplaceAll(problems.Error(), path, "herbs.yaml"), "\n")
}

// edit replaces the one occurrence of old in the valid file.
func edit(t *testing.T, old, replacement string) string {
	t.Helper()
	if strings.Count(valid, old) != 1 {
		t.Fatalf("the valid file has %q %d times, want once", old, strings.Count(valid, old))
	}
	return strings.Replace(valid, old, replacement, 1)
}

type faulty struct {
	old, new string // one edit of the valid file; old "": the whole file
	want     string // every line that is reported, without the file's name
}

// reject checks that each file is refused with exactly the wanted lines.
func reject(t *testing.T, cases map[string]faulty) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := c.new
			if c.old != "" {
				content = edit(t, c.old, c.new)
			}
			_, got := read(t, content)
			for i, line := range got {
				got[i] = strings.TrimPrefix(line, "herbs.yaml:")
			}
			if diff := cmp.Diff(strings.Split(c.want, "\n"), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
