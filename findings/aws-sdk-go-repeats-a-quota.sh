#!/usr/bin/env bash
# aws-sdk-go-v2 v1.47.7 with service/cognitoidentityprovider v1.61.0: the standard retryer counts the error code
# LimitExceededException as throttling. In Cognito's API it is a quota that waiting does not lift: an app client can't
# have a third secret. So the SDK sends AddUserPoolClientSecret three times, with pauses, before it returns the refusal.
# A retryer without that code returns it at once.
#
# Seen: 3 requests by default, 1 without the code. The endpoint is a server of this script on loopback. Needs Go.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/aws/aws-sdk-go-v2 v1.47.7
	github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider v1.61.0
)
MOD
cat > main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

func main() {
	standard := requests(nil)
	told := requests(func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(isQuota)}, o.Retryables...)
		})
	})
	fmt.Println("requests by default:", standard)
	fmt.Println("requests when the code is not throttling:", told)
	if standard != 3 || told != 1 {
		os.Exit(1)
	}
}

func isQuota(err error) aws.Ternary {
	var refused interface{ ErrorCode() string }
	if errors.As(err, &refused) && refused.ErrorCode() == "LimitExceededException" {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

func requests(retryer func() aws.Retryer) int64 {
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		sent.Add(1)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type": "LimitExceededException", "message": "two secrets"}`)
	}))
	defer server.Close()
	key := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "example", SecretAccessKey: "example"}, nil
	})
	client := cognito.New(cognito.Options{Region: "eu-west-1", BaseEndpoint: aws.String(server.URL), Credentials: key})
	_, err := client.AddUserPoolClientSecret(context.Background(), &cognito.AddUserPoolClientSecretInput{
		ClientId: aws.String("c1"), UserPoolId: aws.String("eu-west-1_Example12"),
	}, func(o *cognito.Options) {
		if retryer != nil {
			o.Retryer = retryer()
		}
	})
	if err == nil {
		fmt.Println("the server's refusal was not told")
		os.Exit(1)
	}
	return sent.Load()
}
GO
go mod tidy > tidy.log 2>&1
go run .
