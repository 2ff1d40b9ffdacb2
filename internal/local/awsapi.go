package local

import (
	"fmt"
	"net/http"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
)

// newAWSAPI serves what callers and operators need of AWS's own APIs.
func (r *Runtime) newAWSAPI(d *deployment) (http.Handler, error) {
	stacks, err := cloudformation.New(r.stacksOf(d.parts.model))
	if err != nil {
		return nil, fmt.Errorf("serving the stacks: %w", err)
	}
	handler, err := awsapi.New(awsapi.Config{
		JSON: []awsapi.JSONService{
			{TargetPrefix: "AWSCognitoIdentityProviderService", SigningName: "cognito-idp", Caller: d.pool},
			{TargetPrefix: "secretsmanager", SigningName: "secretsmanager", Caller: d.secrets},
		},
		Query: []awsapi.QueryService{{
			APIVersion:  "2010-05-15",
			SigningName: "cloudformation",
			Namespace:   "http://cloudformation.amazonaws.com/doc/2010-05-15/",
			Caller:      stacks,
		}},
		AccessKey: awsapi.AccessKey{ID: r.state.accessKey.ID, Secret: string(r.state.accessKey.Secret)},
		Log:       r.cfg.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("serving AWS's APIs: %w", err)
	}
	return byAddress(handler), nil
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
			CreatedAt:   r.cfg.Now(),

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
