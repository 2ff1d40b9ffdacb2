package secretsmanager

import (
	"maps"
	"slices"
	"time"
)

// State is what outlives a run. It contains the secrets' values in clear. What Save and SaveChanged
// receive shares memory with the store and must not be changed.
type State struct {
	// Secrets are the secrets by ARN.
	Secrets map[string]SecretState
}

// SecretState is one secret's part of the State.
type SecretState struct {
	CreatedAt time.Time
	ChangedAt time.Time
	// RotatedAt is when a rotation ended well for the last time; zero before the first.
	RotatedAt time.Time
	// Versions are in order of creation.
	Versions []Version
	// Labels are the ids of versions by staging label: a label is on one version at most.
	Labels map[string]string
	// InitialDigest is of the template's SecretString that was written last; another one is a
	// change.
	InitialDigest string
	Rotation      RotationState
	// Unfinished is the rotation that is running, or that failed and still has its label; nil for
	// none.
	Unfinished *Unfinished
}

// Version is a version of a secret.
type Version struct {
	ID string
	// CreatedAt is when the version got its value; when it was reserved if it has none.
	CreatedAt time.Time
	// Value is empty in the version that a rotation has only reserved.
	Value Value
	// Binary says that Value is base64 of a SecretBinary.
	Binary bool
}

// RotationState is how a secret is rotated, and which of the template's schedules was applied.
type RotationState struct {
	Enabled bool
	// Schedule is in force: the template's, or what RotateSecret set after it.
	Schedule Schedule
	// Applied is the template's schedule that a rotation was begun for; zero before the first.
	Applied Schedule
}

// Schedule is a rotation function and how often it rotates.
type Schedule struct {
	FunctionARN            string
	AutomaticallyAfterDays int
}

// Unfinished is a rotation that has begun.
type Unfinished struct {
	// Token is the id of the version that is being made.
	Token string
	// TestOnly says that the version is temporary, for the step testSecret alone.
	TestOnly bool
}

func (s *SecretState) clone() SecretState {
	c := *s
	c.Versions = slices.Clone(s.Versions)
	c.Labels = maps.Clone(s.Labels)
	if c.Labels == nil {
		c.Labels = map[string]string{}
	}
	return c
}

// version returns the version of an id, nil if there is none. It may be changed only in a clone.
func (s *SecretState) version(id string) *Version {
	if i := slices.IndexFunc(s.Versions, func(v Version) bool { return v.ID == id }); i >= 0 {
		return &s.Versions[i]
	}
	return nil
}

// labelsOf returns the labels on a version, sorted.
func (s *SecretState) labelsOf(id string) []string {
	var labels []string
	for label, holder := range s.Labels {
		if holder == id {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return labels
}

func (s *SecretState) isLabelled(id string) bool {
	for _, holder := range s.Labels {
		if holder == id {
			return true
		}
	}
	return false
}

// labelled returns the labels by version id, without the versions that have none.
func (s *SecretState) labelled() map[string][]string {
	byVersion := map[string][]string{}
	for _, holder := range s.Labels {
		byVersion[holder] = s.labelsOf(holder)
	}
	return byVersion
}
