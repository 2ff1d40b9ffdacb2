package function

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"

	"cognito-m2m/internal/inuse"
	"cognito-m2m/internal/lambdaenv"
)

// ErrSourceDiffers says that the source at hand, built as the asset was, gives another program:
// what runs here is not what gets deployed. Another synth repairs that, unless the asset was built
// by another version of Go or with linker flags that it does not record, such as -X.
var ErrSourceDiffers = errors.New("source and assembly differ: building the source gives another bootstrap than the asset's")

// fileName is what an asset hash must look like to name a folder in the cache.
var fileName = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// PrepareConfig says which asset to prepare, and where its source may be. All but Architecture,
// Building and Log are required.
type PrepareConfig struct {
	// AssetHash is the asset's hash in the assembly; it names the folder in CacheDir.
	AssetHash string
	// AssetDir is the folder of the unpacked asset, with its file bootstrap.
	AssetDir string
	// Architecture is the one that the function has on Lambda, "x86_64" or "arm64". It is not
	// compared if it is empty.
	Architecture string
	// CacheDir keeps what was built, in a folder for each asset and machine:
	// <hash>/linux-amd64/bootstrap. It may be shared by runs at the same time.
	CacheDir string
	// SourceDir is where to start looking for the module the bootstrap was built from.
	SourceDir string
	// Building is called when a bootstrap has to be built for this machine, and what it returns
	// when that has ended. Default: nobody is told.
	Building func() (done func())
	// Log receives what is built and why (info). Default: discarded.
	Log *slog.Logger
}

// Prepared is the executable to run on this machine for an asset's bootstrap.
type Prepared struct {
	// Bootstrap is the path of the executable.
	Bootstrap string
	// Held is the folder in CacheDir that Bootstrap lies in. The caller closes it when no process
	// is started any more. It is nil if Bootstrap is the asset's own.
	Held *inuse.Folder
	// Doubt is nil if the executable is the asset's own, or was built from a source that gives
	// exactly the asset's. Otherwise it is ErrSourceDiffers, or why the comparison was not
	// possible. It is an *ArchitectureError if Lambda could not start the asset's bootstrap at all.
	Doubt error
}

// Prepare returns an executable for this machine that does what the asset's bootstrap does on
// Lambda.
//
// The bootstrap itself is taken if this machine can run it. Otherwise it must be a Go program, and
// the same package is built for this machine with the same tags, in the module that SourceDir lies
// in. The result is kept in CacheDir by asset hash, and taken from there the next time, if the
// source is proven to be the asset's; without proof it is built again every time.
func Prepare(ctx context.Context, cfg PrepareConfig) (Prepared, error) {
	setDefault(&cfg.Log, slog.New(slog.DiscardHandler))
	if cfg.Building == nil {
		cfg.Building = func() func() { return func() {} }
	}
	asset := filepath.Join(cfg.AssetDir, lambdaenv.Bootstrap)
	machine, err := machineOf(asset)
	if err != nil {
		return Prepared{}, fmt.Errorf("preparing asset %s: %w", cfg.AssetHash, err)
	}
	misfit := checkArchitecture(asset, machine, cfg.Architecture)
	if runsHere(machine) {
		return Prepared{Bootstrap: asset, Doubt: misfit}, nil
	}
	if !fileName.MatchString(cfg.AssetHash) {
		return Prepared{}, fmt.Errorf("preparing asset %q: its hash can't name a folder", cfg.AssetHash)
	}
	cache, err := filepath.Abs(cfg.CacheDir)
	if err != nil {
		return Prepared{}, fmt.Errorf("resolving cache folder %s: %w", cfg.CacheDir, err)
	}
	held, err := inuse.Join(filepath.Join(cache, cfg.AssetHash))
	if err != nil {
		return Prepared{}, fmt.Errorf("making cache folder: %w", err)
	}
	prepared := Prepared{Bootstrap: filepath.Join(held.Path, runtime.GOOS+"-"+runtime.GOARCH, lambdaenv.Bootstrap)}
	if checkExecutable(prepared.Bootstrap) != nil {
		if prepared, err = rebuild(ctx, cfg, asset, prepared.Bootstrap); err != nil {
			return Prepared{}, errors.Join(fmt.Errorf("preparing asset %s: %w", cfg.AssetHash, err), held.Close())
		}
	}
	if prepared.Held = held; misfit != nil {
		prepared.Doubt = misfit
	}
	return prepared, nil
}

// keptPrograms is how many folders of programs that no run uses are kept: those of an environment's
// last few changes, or of a few environments.
const keptPrograms = 8

// SweepCache removes from a PrepareConfig's CacheDir what no run uses any more: programs but for
// those that were used last, and what runs that were killed have left.
func SweepCache(cacheDir string) { inuse.Sweep(cacheDir, keptPrograms) }

// rebuild builds the asset's package for this machine. A program from a proven source becomes the
// file kept, another one its sibling.
func rebuild(ctx context.Context, cfg PrepareConfig, asset, kept string) (Prepared, error) {
	origin, err := locate(asset, cfg.SourceDir)
	if err != nil {
		return Prepared{}, err
	}
	cfg.Log.Info("building function for this machine", "package", origin.packagePath, "module", origin.moduleRoot,
		"asset", origin.platform(), "machine", runtime.GOOS+"/"+runtime.GOARCH)
	defer cfg.Building()()
	folder := filepath.Dir(kept)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Prepared{}, fmt.Errorf("making cache folder: %w", err)
	}
	scratch, err := scratchFolder(cfg.CacheDir)
	if err != nil {
		return Prepared{}, err
	}
	defer func() { _ = scratch.Close() }()

	built := filepath.Join(scratch.Path, lambdaenv.Bootstrap)
	var doubt error
	var comparing sync.WaitGroup // beside the build: linking keeps one processor busy
	comparing.Go(func() { doubt = compare(ctx, origin, asset, filepath.Join(scratch.Path, "original")) })
	err = compileNative(ctx, origin, built, recipe{})
	comparing.Wait()
	if err != nil {
		return Prepared{}, err
	}
	if ctx.Err() != nil {
		return Prepared{}, doubt
	}
	target := kept
	if doubt != nil {
		target = kept + "-unproven"
	}
	if err := keep(built, target); err != nil {
		return Prepared{}, err
	}
	return Prepared{Bootstrap: target, Doubt: doubt}, nil
}

// keep moves a built program to its place. Whatever the umask, only this user may change or run it.
func keep(built, place string) error {
	err := os.Chmod(built, 0o700) //nolint:gosec // it is a program
	if err == nil {
		err = os.Rename(built, place)
	}
	if err != nil {
		return fmt.Errorf("keeping built bootstrap: %w", err)
	}
	return nil
}

// SourceMatches reports whether the source, built for the asset's own platform with the asset's own
// flags, gives exactly the asset's bootstrap. It can be asked of any Go bootstrap, also one that
// runs here as it is. It builds in CacheDir, or in the temporary folder without one, and keeps
// nothing.
func SourceMatches(ctx context.Context, cfg PrepareConfig) (bool, error) {
	asset := filepath.Join(cfg.AssetDir, lambdaenv.Bootstrap)
	origin, err := locate(asset, cfg.SourceDir)
	if err != nil {
		return false, fmt.Errorf("comparing source with asset %s: %w", cfg.AssetHash, err)
	}
	scratch, err := scratchFolder(cfg.CacheDir)
	if err != nil {
		return false, err
	}
	defer func() { _ = scratch.Close() }()
	err = compare(ctx, origin, asset, filepath.Join(scratch.Path, lambdaenv.Bootstrap))
	if errors.Is(err, ErrSourceDiffers) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("comparing source with asset %s: %w", cfg.AssetHash, err)
	}
	return true, nil
}

// scratchFolder is for a build. It is inside cacheDir, where SweepCache removes it if this run is
// killed. No asset's hash begins with a dot.
func scratchFolder(cacheDir string) (*inuse.Folder, error) {
	prefix := "m2m-build-"
	if cacheDir != "" {
		prefix = ".build-"
		if err := os.MkdirAll(cacheDir, 0o700); err != nil {
			return nil, fmt.Errorf("making cache folder: %w", err)
		}
	}
	folder, err := inuse.Make(cacheDir, prefix)
	if err != nil {
		return nil, fmt.Errorf("making build folder: %w", err)
	}
	return folder, nil
}

// locate reads how the asset's bootstrap was built and finds the module it was built in.
func locate(asset, sourceDir string) (*build, error) {
	origin, err := readBuild(asset)
	if err != nil {
		return nil, err
	}
	if origin.moduleRoot, err = findModule(origin.modulePath, sourceDir); err != nil {
		return nil, fmt.Errorf("bootstrap is for %s and this machine is %s/%s, so package %s has to be built here, but %w: "+
			"start inside that module", origin.platform(), runtime.GOOS, runtime.GOARCH, origin.packagePath, err)
	}
	return origin, nil
}

// compare builds the source as the asset was built, to the file output, and returns
// ErrSourceDiffers if that is not the asset.
func compare(ctx context.Context, origin *build, asset, output string) error {
	how, err := origin.original()
	if err != nil {
		return err
	}
	if err := compile(ctx, origin, how, output); err != nil {
		return err
	}
	want, err := fileHash(asset)
	if err != nil {
		return err
	}
	got, err := fileHash(output)
	if err != nil {
		return err
	}
	if got != want {
		return ErrSourceDiffers
	}
	return nil
}

func fileHash(path string) (sum [sha256.Size]byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return sum, fmt.Errorf("reading %s: %w", path, err)
	}
	return [sha256.Size]byte(hash.Sum(nil)), nil
}
