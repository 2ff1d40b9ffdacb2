package secretsmanager

import (
	"slices"
	"time"

	"cognito-m2m/naming"
)

const (
	keptVersions = 100
	keptFor      = 24 * time.Hour
)

// attach puts a label on a version, taking it from the one that has it. The version that loses
// AWSCURRENT gets AWSPREVIOUS.
func (s *SecretState) attach(label, id string) {
	holder, held := s.Labels[label]
	if holder == id {
		return
	}
	s.Labels[label] = id
	if label == naming.CurrentLabel && held {
		s.Labels[naming.PreviousLabel] = holder
	}
}

// attachAll puts labels on a version, AWSCURRENT last so that AWSPREVIOUS ends on the version that
// lost it. The first version with a value is AWSCURRENT, whatever its labels.
func (s *SecretState) attachAll(labels []string, id string) {
	_, hasCurrent := s.Labels[naming.CurrentLabel]
	current := !hasCurrent
	for _, label := range labels {
		if label == naming.CurrentLabel {
			current = true
			continue
		}
		s.attach(label, id)
	}
	if current {
		s.dropPending(id)
		s.attach(naming.CurrentLabel, id)
	}
}

// dropPending takes AWSPENDING from the version that a new value is about to make AWSPREVIOUS.
//
// Source: recorded from AWS, localstack/localstack 8b9a79f0, tests/aws/services/secretsmanager,
// test_update_secret_version_stages_current_pending (28 September 2022, confirmed 15 March 2024).
func (s *SecretState) dropPending(next string) {
	if current := s.Labels[naming.CurrentLabel]; current != next && s.Labels[naming.PendingLabel] == current {
		delete(s.Labels, naming.PendingLabel)
	}
}

// hasPending reports whether AWSPENDING is on another version than AWSCURRENT: a rotation is
// unfinished.
func (s *SecretState) hasPending() bool {
	pending, ok := s.Labels[naming.PendingLabel]
	return ok && pending != s.Labels[naming.CurrentLabel]
}

// remove takes a version and its labels away.
func (s *SecretState) remove(id string) {
	for _, label := range s.labelsOf(id) {
		delete(s.Labels, label)
	}
	s.Versions = slices.DeleteFunc(s.Versions, func(v Version) bool { return v.ID == id })
}

// tidy forgets what a change of labels has left behind: an unfinished rotation whose version lost
// its label, and deprecated versions. Secrets Manager keeps the 100 most recent versions and all of
// the last 24 hours, and never deletes one that has a label.
//
// Parity: Secrets Manager: when deprecated versions are deleted
func (s *SecretState) tidy(now time.Time) {
	if u := s.Unfinished; u != nil && s.Labels[naming.PendingLabel] != u.Token && s.Labels[naming.CurrentLabel] != u.Token {
		s.Unfinished = nil
	}
	surplus := len(s.Versions) - keptVersions
	s.Versions = slices.DeleteFunc(s.Versions, func(v Version) bool {
		if s.isLabelled(v.ID) {
			return false
		}
		old := surplus > 0 && now.Sub(v.CreatedAt) > keptFor
		if old {
			surplus--
		}
		return old || v.Value == ""
	})
}
