package reach

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// plainBodies sends requests so that their answers are read to the end. The SDK closes the body of
// a request when the answer begins. net/http may look only then whether that body has more than was
// said, and a closed one reports its end as a failure, if it is asked by WriteTo: the connection is
// closed, with most of a long answer still to be read. A run on this machine answers so soon that
// this happens on a busy one. Asked by Read alone, the body has just ended.
//
// The SDK tries again (aws-sdk-go-v2, issue 2737), which is just as likely to fail.
type plainBodies struct{ client aws.HTTPClient }

// Do sends a request.
func (p plainBodies) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return p.client.Do(request)
}
