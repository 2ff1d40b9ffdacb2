package synth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cognito-m2m/internal/gobuild"
)

// built is what the build command has made of what. Where that has not changed, it need not run: Go
// takes a good part of a second to find out that a CDK app is up to date.
type built struct {
	Reads  reads  `json:"reads"`
	Digest string `json:"digest"` // see digestOfBuild
}

// build runs the build command, if there is one and what it makes is not there.
func (s *synthesis) build(ctx context.Context, variables []string) error {
	if s.project.build == "" {
		return nil
	}
	defer s.progress.Step("building the CDK app")()
	if _, err := s.project.command(ctx, s.project.build, append(variables, gobuild.InHurry(os.Environ())...)); err != nil {
		return fmt.Errorf("building the CDK app: %w", err)
	}
	return nil
}

// buildIsCurrent reports whether the build command would make what the last synth's has made.
func (s *synthesis) buildIsCurrent() bool {
	if s.earlier == nil {
		return false
	}
	files, err := s.areaOfBuild(s.earlier.Reads).digest()
	return err == nil && s.digestOfBuild(files) == s.earlier.Digest
}

// noteBuild notes what the build command has made of what, from the runs of go that it was. nil if
// that can't be known: a command line that is more than one build may read anything.
func (s *synthesis) noteBuild(n *notes, own []goCall) *built {
	if len(own) != 1 || !strings.HasPrefix(s.project.build, "go build ") || strings.ContainsAny(s.project.build, "\n;&|<>$`") {
		return nil
	}
	read, known := n.answer(own[0])
	if !known {
		return nil
	}
	files, err := s.areaOfBuild(read).digestBefore(s.made.Begun)
	digest := s.digestOfBuild(files)
	if err != nil || files == "" || digest == "" {
		return nil
	}
	return &built{Reads: read, Digest: digest}
}

func (s *synthesis) areaOfBuild(read reads) area {
	shared := reads{Files: append(s.project.sharedFiles(), filepath.Join(s.project.Dir, "cdk.json"))}
	return sources{reads: read.merged(shared)}.area(s.project)
}

// digestOfBuild is one of the command, the tools, the digest of the files that it reads, and what
// it makes, by size and time of change; "" if that is not there.
func (s *synthesis) digestOfBuild(files string) string {
	digest := sha256.New()
	fmt.Fprintf(digest, "%q\n%s\n%s\n", s.project.build, s.settings, files)
	outputs := builtFiles(s.project.build)
	for _, output := range outputs {
		if !filepath.IsAbs(output) {
			output = filepath.Join(s.project.Dir, output)
		}
		file, err := os.Stat(output)
		if err != nil || !file.Mode().IsRegular() {
			return ""
		}
		fmt.Fprintf(digest, "%q %d %d\n", output, file.Size(), file.ModTime().UnixNano())
	}
	if len(outputs) == 0 {
		return ""
	}
	return hex.EncodeToString(digest.Sum(nil))
}
