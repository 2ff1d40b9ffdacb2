package assembly

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/lambdaenv"
)

// loader walks an assembly and the assemblies nested in it. Paths are slash-separated and relative
// to the folder of the outermost, which refuses any that leave it.
type loader struct {
	files
	dir    string
	stages []*Stage

	// Files are read one after the other. What the stacks say is decoded meanwhile, of several at a
	// time.
	decoding errgroup.Group
	failures []*error // of the stacks, in the order in which they were read
}

// later decodes a stack's files.
func (l *loader) later(decode func() error) {
	failure := new(error)
	l.failures = append(l.failures, failure)
	l.decoding.Go(func() error {
		*failure = decode()
		return nil
	})
}

// load reads the whole assembly. The error is of the first file that something is wrong with,
// whichever was decoded first.
func (l *loader) load() error {
	l.decoding.SetLimit(runtime.GOMAXPROCS(0))
	unread := l.assembly(".", "")
	_ = l.decoding.Wait()
	for _, failure := range l.failures {
		if *failure != nil {
			return *failure
		}
	}
	return unread // reading ended there, so all failures come before
}

// assembly reads the manifest in folder. Stacks of the outermost assembly belong to no stage and
// are passed over.
func (l *loader) assembly(folder, stageName string) error {
	file, err := l.text(path.Join(folder, ManifestFile), maxFile)
	if err != nil {
		return err
	}
	m, err := decode[manifest](file)
	if err != nil {
		return err
	}
	if m.Artifacts == nil {
		return fmt.Errorf("%s has no artifacts, so it is not the manifest of a cloud assembly: %s",
			path.Join(folder, ManifestFile), synthHint)
	}
	stage := &Stage{Name: stageName, assets: map[string]asset{}}
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		if err := l.artifact(stage, folder, id, m.Artifacts[id]); err != nil {
			return err
		}
	}
	if stageName != "" && len(stage.stacks) > 0 {
		slices.SortFunc(stage.stacks, func(a, b *stack) int { return strings.Compare(a.Name, b.Name) })
		l.stages = append(l.stages, stage)
	}
	return nil
}

func (l *loader) artifact(stage *Stage, folder, id string, a artifact) error {
	switch {
	case a.Type == artifactAssembly:
		return l.nested(folder, id, a)
	case stage.Name == "":
		return nil
	case a.Type == artifactStack && len(stage.stacks) == maxStacks:
		return fmt.Errorf("stage %s has more than %d stacks, which is the limit", stage.Name, maxStacks)
	case a.Type == artifactStack:
		s, err := l.stack(folder, id, a)
		stage.stacks = append(stage.stacks, s)
		return err
	case a.Type == artifactAssetManifest:
		return l.assets(stage, folder, id, a)
	}
	return nil
}

func (l *loader) nested(folder, id string, a artifact) error {
	var p assemblyProperties
	if err := decodeProperties(id, a, &p); err != nil {
		return err
	}
	// A nested assembly lies deeper than its parent; anything else could go round in circles.
	if !filepath.IsLocal(p.DirectoryName) || path.Clean(p.DirectoryName) == "." {
		return fmt.Errorf("artifact %s: directoryName %q does not lie inside the assembly", id, p.DirectoryName)
	}
	name := p.DisplayName
	if name == "" {
		name = strings.TrimPrefix(p.DirectoryName, "assembly-")
	}
	return l.assembly(path.Join(folder, p.DirectoryName), name)
}

func (l *loader) stack(folder, id string, a artifact) (*stack, error) {
	var p stackProperties
	if err := decodeProperties(id, a, &p); err != nil {
		return nil, err
	}
	s := &stack{
		Stack: template.Stack{Name: cmp.Or(p.StackName, id), Parameters: p.Parameters},
		tags:  p.Tags, terminationProtection: p.TerminationProtection,
		deployRole: p.AssumeRoleARN, lookupRole: p.LookupRole.ARN,
	}
	s.Account, s.Region = environment(a.Environment)
	file, err := l.text(path.Join(folder, p.TemplateFile), maxTemplate)
	if err != nil {
		return nil, fmt.Errorf("template of stack %s: %w", s.Name, err)
	}
	var beside *text
	var unread error
	if a.AdditionalMetadataFile != "" {
		if beside, unread = l.text(path.Join(folder, a.AdditionalMetadataFile), maxFile); unread != nil {
			unread = fmt.Errorf("metadata of stack %s: %w", s.Name, unread)
		}
	}
	l.later(func() error {
		if err := s.decodeTemplate(file); err != nil || unread != nil {
			return cmp.Or(err, unread)
		}
		return s.decodePaths(a.Metadata, beside)
	})
	return s, unread
}

// decodeTemplate takes the template over.
func (s *stack) decodeTemplate(file *text) error {
	body, deeper, err := decodeObject(file, maxNesting)
	if s.Body = body; err != nil {
		return fmt.Errorf("template of stack %s: %w", s.Name, err)
	}
	if resources, _ := s.Body["Resources"].(map[string]any); len(resources) > maxResources {
		return fmt.Errorf("template of stack %s has %d resources, and CloudFormation takes %d: divide it into several stacks",
			s.Name, len(resources), maxResources)
	}
	if deeper {
		return fmt.Errorf("template of stack %s: values are nested more than %d deep", s.Name, maxNesting)
	}
	return nil
}

// decodePaths finds the construct paths in the template, the manifest's metadata and the file
// beside it, which is nil if there is none.
func (s *stack) decodePaths(m metadata, beside *text) error {
	found := paths{}
	found.addMetadata(m)
	if beside != nil {
		if err := addPaths(found, beside); err != nil {
			return fmt.Errorf("metadata of stack %s: %w", s.Name, err)
		}
	}
	s.Paths = constructPaths(found, s.Body)
	return nil
}

func (l *loader) assets(stage *Stage, folder, id string, a artifact) error {
	var p assetManifestProperties
	if err := decodeProperties(id, a, &p); err != nil {
		return err
	}
	file, err := l.text(path.Join(folder, p.File), maxFile)
	if err != nil {
		return fmt.Errorf("asset manifest %s: %w", id, err)
	}
	m, err := decode[assetManifest](file)
	if err != nil {
		return fmt.Errorf("asset manifest %s: %w", id, err)
	}
	for hash, file := range m.Files {
		source := path.Join(folder, filepath.ToSlash(file.Source.Path))
		found := asset{
			hash:   hash,
			dir:    filepath.Join(l.dir, filepath.FromSlash(source)),
			zipped: file.Source.Packaging == packagingZip,
			fault:  l.checkAsset(source),
		}
		for _, destination := range file.Destinations {
			stage.assets[destination.ObjectKey] = found
		}
	}
	return nil
}

// checkAsset says why an asset can't be used, and is nil if it can. What is in it besides a
// function's program is not looked at.
func (l *loader) checkAsset(source string) error {
	if !fs.ValidPath(source) {
		return fmt.Errorf("the asset %s lies outside the assembly", source)
	}
	if _, err := fs.Stat(l.fsys, source); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the asset %s is missing from the assembly: %s", source, synthHint)
	} else if err != nil {
		return fmt.Errorf("the asset %w", unreadable(source, err))
	}
	program := path.Join(source, lambdaenv.Bootstrap)
	info, err := fs.Stat(l.fsys, program)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR): // reported where the function is called
		return nil
	case err != nil:
		return fmt.Errorf("the asset's program %w", unreadable(program, err))
	case !info.Mode().IsRegular():
		return fmt.Errorf("the asset's program %s %w", program, errIrregular)
	}
	return nil
}

// text reads a JSON file. Its error says what to do about one that is not there.
func (l *loader) text(name string, most int64) (*text, error) {
	data, err := l.read(name, most)
	if missing, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing from the assembly: %s", missing.Path, synthHint)
	}
	return &text{name, data}, err
}

func decodeProperties(id string, a artifact, into any) error {
	if len(a.Properties) == 0 {
		return fmt.Errorf("artifact %s has no properties", id)
	}
	if err := json.Unmarshal(a.Properties, into); err != nil {
		return fmt.Errorf("properties of artifact %s: %w", id, err)
	}
	return nil
}

// environment splits "aws://123456789012/eu-west-1"; a part that is unknown at synth time comes
// back empty.
func environment(target string) (account, region string) {
	account, region, _ = strings.Cut(strings.TrimPrefix(target, "aws://"), "/")
	if account == unknownAccount {
		account = ""
	}
	if region == unknownRegion {
		region = ""
	}
	return account, region
}

// constructPaths adds the paths that a template has to those that were found beside it. CDK writes
// them there, and with the CLI's pathMetadata also into the template.
func constructPaths(beside paths, template map[string]any) map[string]string {
	resources, _ := template["Resources"].(map[string]any)
	for logicalID, node := range resources {
		declaration, _ := node.(map[string]any)
		annotations, _ := declaration["Metadata"].(map[string]any)
		if path, ok := annotations["aws:cdk:path"].(string); ok && beside[logicalID] == "" {
			beside[logicalID] = path
		}
	}
	return beside
}
