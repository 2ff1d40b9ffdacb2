package engine

import (
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/partition"
)

// Place is the account and Region that stacks are in.
type Place = partition.Place

// Stack is all that is known of a stack, and what is kept of it: see store. Who looks at one must
// not change it.
type Stack struct {
	Place
	ID, Name              string // ID is the ARN
	Status, Reason        string
	CreatedAt             time.Time
	UpdatedAt             time.Time `json:",omitzero"` // of the last operation by a change set or an update
	DeletedAt             time.Time `json:",omitzero"`
	Template              *Template `json:"-"` // nil while in review
	Settings              Settings
	Description           string      `json:",omitempty"`
	Parameters            []Parameter `json:",omitempty"`
	Outputs               []Output    `json:",omitempty"`
	Imports               []string    `json:",omitempty"`
	Resources             map[string]*Resident
	Events                []Event     `json:"-"` // the oldest first
	ChangeSets            []ChangeSet `json:"-"`
	ChangeSetID           string      `json:",omitempty"` // of the one that was executed last
	TerminationProtection bool
	Policy                string `json:",omitempty"` // that of the stack, JSON
	Drift                 *Drift `json:",omitempty"` // what the last detection found

	// Left is what a deletion could not delete and what is not among the resources of the stack:
	// what was replaced by an update that was not rolled back.
	Left      []*Resource `json:",omitempty"`
	Requests  []request   `json:",omitempty"` // which began operations, the newest
	Operation *operation  `json:",omitempty"` // under way
	Paused    *operation  `json:",omitempty"` // waits to be rolled back

	saved *saved // as it is in the record; nil until this engine has saved it
}

// Settings are what an operation sets beside the template.
type Settings struct {
	Capabilities, NotificationARNs []string
	RoleARN                        string
	DisableRollback                bool
}

// Parameter is a parameter of a template with its value.
type Parameter struct {
	Key, Value string
	Resolved   string `json:",omitempty"` // what the Parameter Store has under the value
	Hidden     bool   // NoEcho
}

// request is one that has begun something, by its token.
type request struct {
	Token string
	Name  string // of the operation in the API
}

// maxRequests of a stack are kept, the newest.
const maxRequests = 20

// remember keeps a request that has a token, so that it is known if it comes again.
func (s *Stack) remember(r request) {
	if r.Token != "" {
		s.Requests = append(slices.Clone(s.Requests[max(0, len(s.Requests)+1-maxRequests):]), r)
	}
}

// again says that a request has come before. The stack may be nil.
//
// Parity: CloudFormation: a request that comes again
func (s *Stack) again(r request) bool {
	return s != nil && r.Token != "" && slices.Contains(s.Requests, r)
}

// Resident is a resource of a stack. Its PhysicalID is empty until it has been made.
type Resident struct {
	Resource
	Status, Reason string
	UpdatedAt      time.Time
	// Metadata is the resource's in the template, as JSON.
	Metadata string
	// Skipped says that a rollback has left the resource as it was, which nobody knows.
	Skipped bool `json:",omitempty"`
}

// The statuses of stacks.
const (
	reviewInProgress = "REVIEW_IN_PROGRESS"

	createInProgress   = "CREATE_IN_PROGRESS"
	createComplete     = "CREATE_COMPLETE"
	createFailed       = "CREATE_FAILED"
	rollbackInProgress = "ROLLBACK_IN_PROGRESS"
	rollbackComplete   = "ROLLBACK_COMPLETE"
	rollbackFailed     = "ROLLBACK_FAILED"

	updateInProgress         = "UPDATE_IN_PROGRESS"
	updateCleanup            = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
	updateComplete           = "UPDATE_COMPLETE"
	updateFailed             = "UPDATE_FAILED"
	updateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS"
	updateRollbackCleanup    = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
	updateRollbackComplete   = "UPDATE_ROLLBACK_COMPLETE"
	updateRollbackFailed     = "UPDATE_ROLLBACK_FAILED"

	deleteInProgress = "DELETE_IN_PROGRESS"
	deleteComplete   = "DELETE_COMPLETE"
	deleteFailed     = "DELETE_FAILED"
	deleteSkipped    = "DELETE_SKIPPED" // of a resource alone
)

// Deleted says that the stack is gone. It is then found by its ARN alone.
func (s *Stack) Deleted() bool { return s.Status == deleteComplete }

// InReview says that the stack has change sets and nothing else.
func (s *Stack) InReview() bool { return s.Status == reviewInProgress }

// inProgress says that an operation is under way.
func (s *Stack) inProgress() bool { return s.Operation != nil }

// complete says that a resource is as its status says, and no step of it failed.
func (r *Resident) complete() bool { return strings.HasSuffix(r.Status, "_COMPLETE") }

// made says that a resource is there.
func (r *Resident) made() bool { return r != nil && r.PhysicalID != "" }

// stackType is the type that events of a stack itself have.
const stackType = "AWS::CloudFormation::Stack"
