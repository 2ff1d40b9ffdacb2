package reachtest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
)

// asksListStacks says whether CloudFormation is asked for its stacks, and leaves the request as it
// is.
func asksListStacks(request *http.Request) bool { return form(request).Get("Action") == "ListStacks" }

func form(request *http.Request) url.Values {
	raw, err := io.ReadAll(request.Body)
	if err != nil {
		return nil
	}
	request.Body = io.NopCloser(bytes.NewReader(raw))
	values, _ := url.ParseQuery(string(raw)) // a request of another form asks nothing of that kind
	return values
}

// serveStacks answers ListStacks with one stack a page.
func serveStacks(w http.ResponseWriter, request *http.Request, handler http.Handler, denied refusal) {
	w.Header().Set("Content-Type", "text/xml")
	if denied.code != "" {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", denied.code, denied.message)
		return
	}
	page, _ := strconv.Atoi(form(request).Get("NextToken")) // the first has none
	said := httptest.NewRecorder()
	handler.ServeHTTP(said, request)
	var all struct {
		Result struct {
			Stacks []struct {
				Inner string `xml:",innerxml"`
			} `xml:"StackSummaries>member"`
		} `xml:"ListStacksResult"`
	}
	if err := xml.Unmarshal(said.Body.Bytes(), &all); err != nil || page >= len(all.Result.Stacks) {
		http.Error(w, said.Body.String(), http.StatusInternalServerError)
		return
	}
	next := ""
	if page+1 < len(all.Result.Stacks) {
		next = fmt.Sprintf("<NextToken>%d</NextToken>", page+1)
	}
	fmt.Fprintf(w, "<ListStacksResponse><ListStacksResult><StackSummaries><member>%s</member></StackSummaries>%s</ListStacksResult></ListStacksResponse>",
		all.Result.Stacks[page].Inner, next)
}
