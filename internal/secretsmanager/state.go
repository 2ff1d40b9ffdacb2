package secretsmanager

import (
	"maps"
	"slices"
	"time"
)

// State is everything that outlives a run, as JSON. It contains the secrets' values in clear. What Save
// receives shares memory with the store and must not be changed.
type State struct {
	// Secrets are the secrets by ARN.
	Secrets map[string]SecretState `json:"secrets"`
}

// SecretState is one secret's part of the State.
type SecretState struct {
	CreatedAt time.Time `json:"created_at"`
	ChangedAt time.Time `json:"changed_at"`
	// RotatedAt is when a rotation ended well for the last time; zero before the first.
	RotatedAt time.Time `json:"rotated_at,omitzero"`
	// Versions are in order of creation.
	Versions []Version `json:"versions"`
	// Labels are the ids of versions by staging label: a label is on one version at most.
	Labels map[string]string `json:"labels"`
	// InitialDigest is of the template's SecretString that was written last; another one is a change.
	InitialDigest string        `json:"initial_digest,omitempty"`
	Rotation      RotationState `json:"rotation,omitzero"`
	// Unfinished is the rotation that is running, or that failed and still has its label; nil for none.
	Unfinished *Unfinished `json:"unfinished,omitempty"`
}

// Version is a version of a secret.
type Version struct {
	ID string `json:"id"`
	// CreatedAt is when the version got its value; when it was reserved if it has none.
	CreatedAt time.Time `json:"created_at"`
	// Value is empty in the version that a rotation has only reserved.
	Value Value `json:"value,omitempty"`
	// Binary says that Value is base64 of a SecretBinary.
	Binary bool `json:"binary,omitempty"`
}

// RotationState is how a secret is rotated, and which of the template's schedules was applied.
type RotationState struct {
	Enabled bool `json:"enabled"`
	// Schedule is in force: the template's, or what RotateSecret set after it.
	Schedule Schedule `json:"schedule"`
	// Applied is the template's schedule that a rotation was begun for; zero before the first.
	Applied Schedule `json:"applied,omitzero"`
}

// Schedule is a rotation function and how often it rotates.
type Schedule struct {
	FunctionARN            string `json:"function_arn"`
	AutomaticallyAfterDays int    `json:"automatically_after_days,omitempty"`
}

// Unfinished is a rotation that has begun.
type Unfinished struct {
	// Token is the id of the version that is being made.
	Token string `json:"token"`
	// TestOnly says that the version is temporary, for the step testSecret alone.
	TestOnly bool `json:"test_only,omitempty"`
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

// labelled returns the labels by version id, without the versions that have none.
func (s *SecretState) labelled() map[string][]string {
	byVersion := map[string][]string{}
	for _, holder := range s.Labels {
		byVersion[holder] = s.labelsOf(holder)
	}
	return byVersion
}
