package cloudformation_test

import (
	"fmt"
	"testing"

	awscloudformation "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"
)

func TestListStacks(t *testing.T) {
	t.Parallel()
	client := serve(t, stacks()...)
	list := func(status ...types.StackStatus) (names []string) {
		stacks, err := client.ListStacks(t.Context(), &awscloudformation.ListStacksInput{StackStatusFilter: status})
		if err != nil {
			t.Fatal(err)
		}
		for _, stack := range stacks.StackSummaries {
			names = append(names, fmt.Sprint(*stack.StackName, " ", stack.StackStatus, " ", stack.CreationTime.Equal(start)))
		}
		return names
	}
	want := []string{"dev-api CREATE_COMPLETE true", "dev-identity CREATE_COMPLETE true"}
	if diff := cmp.Diff([][]string{want, want, nil}, [][]string{
		list(), list("UPDATE_COMPLETE", "CREATE_COMPLETE"), list("DELETE_COMPLETE"),
	}); diff != "" {
		t.Errorf("stacks (-want +got):\n%s", diff)
	}
}

func TestListExports(t *testing.T) {
	t.Parallel()
	exports, err := serve(t, stacks()...).ListExports(t.Context(), &awscloudformation.ListExportsInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(exports.Exports) != 1 || *exports.Exports[0].Name != "dev-names" || *exports.Exports[0].ExportingStackId != apiStackID || *exports.Exports[0].Value != "<a>&\"b\"" {
		t.Errorf("exports: %+v", exports.Exports)
	}
}
