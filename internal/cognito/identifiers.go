package cognito

import (
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// The sizes behind the observed shapes: ids and secrets look like integers of this many bits in
// base 32, written with 0-9 and a-v and without leading zeros.
const (
	clientIDBits     = 130
	clientSecretBits = 260
)

// NewUserPoolID returns a pool id of AWS's shape: the region, an underscore, and nine letters and
// digits. It fails if region is not of a Region's form, or random runs dry.
func NewUserPoolID(random io.Reader, region string) (string, error) {
	if !regionPattern.MatchString(region) {
		return "", fmt.Errorf("making a user pool id: region %q must be an AWS Region such as us-east-1", region)
	}
	// 128 bits make the remainder's bias towards small numbers unmeasurable.
	number, err := randomNumber(random, 128)
	if err != nil {
		return "", fmt.Errorf("making a user pool id: %w", err)
	}
	const base, length = 62, 9
	combinations := new(big.Int).Exp(big.NewInt(base), big.NewInt(length), nil)
	suffix := number.Mod(number, combinations).Text(base)
	return region + "_" + strings.Repeat("0", length-len(suffix)) + suffix, nil
}

// NewClientID returns an app client id of AWS's shape: 26 characters of 0-9 and a-v, about one in
// 32 being 25 long and ever rarer ones shorter. It fails if random runs dry.
func NewClientID(random io.Reader) (string, error) {
	number, err := randomNumber(random, clientIDBits)
	if err != nil {
		return "", fmt.Errorf("making a client id: %w", err)
	}
	return number.Text(32), nil
}

// NewClientSecret returns a client secret of the shape Cognito generates: 52 characters of 0-9 and
// a-v, about one in 32 being 51 long. It fails if random runs dry.
func NewClientSecret(random io.Reader) (Secret, error) {
	number, err := randomNumber(random, clientSecretBits)
	if err != nil {
		return "", fmt.Errorf("making a client secret: %w", err)
	}
	return Secret(number.Text(32)), nil
}

// NewClientSecretID returns the id of a client's secret that was made at the given time: the client
// id, two hyphens and the time, as AWS has it. Its unit is not known; milliseconds distinguish two
// secrets of a client.
//
// Parity: Client secrets: the time in an id
func NewClientSecretID(clientID string, created time.Time) string {
	return clientID + "--" + strconv.FormatInt(created.UnixMilli(), 10)
}

// randomNumber returns a number that is uniform over all numbers of at most the given bits.
func randomNumber(random io.Reader, bits uint) (*big.Int, error) {
	bytes := make([]byte, (bits+7)/8)
	if _, err := io.ReadFull(random, bytes); err != nil {
		return nil, fmt.Errorf("reading random bytes: %w", err)
	}
	number := new(big.Int).SetBytes(bytes)
	return number.Rsh(number, uint(len(bytes))*8-bits), nil
}
