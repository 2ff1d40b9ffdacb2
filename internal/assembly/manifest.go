package assembly

import (
	"encoding/json"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"cognito-m2m/internal/jsonvalue"
)

// Artifact types of a cloud assembly that this package reads; it passes over every other one.
const (
	artifactAssembly      = "cdk:cloud-assembly"
	artifactStack         = "aws:cloudformation:stack"
	artifactAssetManifest = "cdk:asset-manifest"
)

const (
	// ManifestFile is in the folder of every cloud assembly.
	ManifestFile   = "manifest.json"
	logicalIDEntry = "aws:cdk:logicalId"
	unknownAccount = "unknown-account"
	unknownRegion  = "unknown-region"
	packagingZip   = "zip"
)

// synthHint ends every error that says the assembly, or a part of it, is not there.
const synthHint = "run `npx cdk synth` first, or name the folder that it wrote"

type manifest struct {
	Artifacts map[string]artifact `json:"artifacts"`
}

type artifact struct {
	Type                   string   `json:"type"`
	Environment            string   `json:"environment"`
	Metadata               metadata `json:"metadata"`
	AdditionalMetadataFile string   `json:"additionalMetadataFile"`
	// Properties differ by Type, so they are decoded once that is known.
	Properties json.RawMessage `json:"properties"`
}

type assemblyProperties struct {
	DirectoryName string `json:"directoryName"`
	DisplayName   string `json:"displayName"`
}

type stackProperties struct {
	TemplateFile          string            `json:"templateFile"`
	StackName             string            `json:"stackName"`
	Parameters            map[string]string `json:"parameters"`
	TerminationProtection bool              `json:"terminationProtection"`
	Tags                  map[string]string `json:"tags"`
	AssumeRoleARN         string            `json:"assumeRoleArn"`
	LookupRole            struct {
		ARN string `json:"arn"`
	} `json:"lookupRole"`
}

type assetManifestProperties struct {
	File string `json:"file"`
}

// metadata maps construct paths ("/dev/Api/Echo/Resource") to what CDK recorded about them.
type metadata map[string][]metadataEntry

type metadataEntry struct {
	Type string `json:"type"`
	Data any    `json:"data"`
}

// paths are construct paths, such as dev/Api/Echo/Resource, by logical id. Of several of one id the
// last in their order counts.
type paths map[string]string

func (p paths) add(logicalID, path string) {
	if path = strings.TrimPrefix(path, "/"); path > p[logicalID] {
		p[logicalID] = path
	}
}

func (p paths) addMetadata(m metadata) {
	for path, entries := range m {
		for _, entry := range entries {
			if logicalID, isText := entry.Data.(string); isText && entry.Type == logicalIDEntry {
				p.add(logicalID, path)
			}
		}
	}
}

// read is addMetadata for one in JSON, and quick.
func (p paths) read(decoder *jsonvalue.Decoder) error {
	return decoder.Members(func(path string) error {
		return decoder.Elements(func() error {
			logicalID, err := readLogicalID(decoder)
			if err == nil && logicalID != "" {
				p.add(logicalID, path)
			}
			return err
		})
	})
}

// readLogicalID reads an entry. It gives "" for one of another type.
func readLogicalID(decoder *jsonvalue.Decoder) (logicalID string, err error) {
	var entryType string
	err = decoder.Members(func(name string) (err error) {
		switch {
		case name == "type":
			entryType, err = decoder.Text()
			return err
		case name == "data" && decoder.PeekKind() == jsontext.KindString:
			logicalID, err = decoder.Text()
			return err
		case name == "data":
			logicalID = ""
		case strings.EqualFold(name, "type") || strings.EqualFold(name, "data"):
			return jsonvalue.ErrUnusual
		}
		return decoder.SkipValue()
	})
	if entryType != logicalIDEntry {
		return "", err
	}
	return logicalID, err
}

type assetManifest struct {
	Files map[string]struct {
		Source struct {
			Path      string `json:"path"`
			Packaging string `json:"packaging"`
		} `json:"source"`
		Destinations map[string]struct {
			ObjectKey string `json:"objectKey"`
		} `json:"destinations"`
	} `json:"files"`
}
