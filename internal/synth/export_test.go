package synth

import "io/fs"

// Inputs are all files that count as read, in the order of a walk.
func (p *Project) Inputs() (files []string, err error) {
	err = p.watched().walk(func(path string, _ fs.FileInfo) error {
		files = append(files, path)
		return nil
	})
	return files, err
}
