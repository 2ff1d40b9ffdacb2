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

// readMetadata reads logical ids, and passes over the rest of what is recorded.
func readMetadata(decoder *jsontext.Decoder) (metadata, error) {
	found := metadata{}
	return found, jsonvalue.Members(decoder, func(path string) error {
		var ids []metadataEntry
		err := jsonvalue.Elements(decoder, func() error {
			entry, err := readEntry(decoder)
			if entry.Type == logicalIDEntry {
				ids = append(ids, entry)
			}
			return err
		})
		found[path] = ids
		return err
	})
}

func readEntry(decoder *jsontext.Decoder) (entry metadataEntry, err error) {
	return entry, jsonvalue.Members(decoder, func(name string) error {
		switch {
		case name == "type":
			entry.Type, err = jsonvalue.Text(decoder)
			return err
		case name == "data" && decoder.PeekKind() == jsontext.KindString:
			entry.Data, err = jsonvalue.Text(decoder)
			return err
		case name == "data":
			entry.Data = nil
		case strings.EqualFold(name, "type") || strings.EqualFold(name, "data"):
			return jsonvalue.ErrUnusual
		}
		return decoder.SkipValue()
	})
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
