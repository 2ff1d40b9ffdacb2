package s3

import (
	"fmt"
	"net/http"
)

// Error is a refusal that the API answers with.
type Error struct {
	status  int
	code    string
	message string
}

// Code returns the error's name in the API, such as NoSuchKey.
func (e *Error) Code() string { return e.code }

// Status returns the status of the answer.
func (e *Error) Status() int { return e.status }

// Error returns the message that the caller reads.
func (e *Error) Error() string { return e.message }

var (
	errNoSuchBucket = &Error{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	errNoSuchKey    = &Error{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	errNoSuchUpload = &Error{http.StatusNotFound, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."}
	errAccessDenied = &Error{http.StatusForbidden, "AccessDenied", "Access Denied"}
	errRemote       = &Error{http.StatusForbidden, "AccessDenied", "Access Denied: an upload is a program that will run on this machine, so on an address that others can reach it needs m2m up --allow-remote."}
	errTooLarge     = &Error{http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"}
	errTooSmall     = &Error{http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"}
	errTooMany      = &Error{http.StatusBadRequest, "TooManyObjects", "There are as many objects as may be kept here; delete the folder of the run's state to begin anew."}
	errKeyTooLong   = &Error{http.StatusBadRequest, "KeyTooLongError", "Your key is too long"}
	errInvalidPart  = &Error{http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."}
	errPartOrder    = &Error{http.StatusBadRequest, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number."}
	errMalformedXML = &Error{http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"}
	errNoLength     = &Error{http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header."}
	errRange        = &Error{http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable"}
)

// Parity: S3: operations
func notImplemented(what string) *Error {
	return &Error{http.StatusNotImplemented, "NotImplemented", fmt.Sprintf("A header or query you provided implies functionality that is not implemented: %s. "+
		"There are ListObjectsV2, GetBucketLocation, GetBucketEncryption, PutObject, GetObject, HeadObject and multipart uploads.", what)}
}

func invalidRequest(message string) *Error {
	return &Error{http.StatusBadRequest, "InvalidRequest", message}
}

func invalidArgument(message string) *Error {
	return &Error{http.StatusBadRequest, "InvalidArgument", message}
}
