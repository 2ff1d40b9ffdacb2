package local

import (
	"fmt"
	"net/http"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/serving"
)

// newAWSAPI serves AWS's own APIs for a deployment.
func (r *Runtime) newAWSAPI(d *deployment) (http.Handler, error) {
	stacks, err := cloudformation.New(r.stacksOf(d.env.Model))
	if err != nil {
		return nil, fmt.Errorf("serving the stacks: %w", err)
	}
	return r.run.NewAWSAPI(d.env.Model.AccountID, serving.Services{
		UserPools: d.pool, Secrets: d.secrets, Stacks: stacks, Permissions: d.permissions,
		Elsewhere: "This run follows an assembly; start `m2m up --empty` to deploy into it.",
	})
}

// stacksOf are the stacks of the model, as if they had been deployed just now.
//
// Parity: CloudFormation: outputs name AWS's hosts
func (r *Runtime) stacksOf(model *assembly.Model) (stacks []cloudformation.Stack) {
	for _, declared := range model.Stacks {
		stack := cloudformation.Stack{
			Name:        declared.Name,
			ID:          declared.ID,
			Description: declared.Description,
			Tags:        declared.Tags,
			CreatedAt:   r.run.Now(),

			TerminationProtection: declared.TerminationProtection,
		}
		for _, output := range model.Outputs {
			if output.Stack == declared.Name {
				stack.Outputs = append(stack.Outputs, cloudformation.Output{
					Key: output.Key, Value: output.Value, Description: output.Description, ExportName: output.ExportName,
				})
			}
		}
		stacks = append(stacks, stack)
	}
	return stacks
}
