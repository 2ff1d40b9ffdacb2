package local

import (
	"fmt"
	"net/http"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/sts"
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
		Query: []awsapi.QueryService{
			{APIVersion: "2010-05-15", SigningName: "cloudformation", Namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/", Caller: stacks},
			{APIVersion: "2011-06-15", SigningName: "sts", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/", Caller: r.identityIn(d.parts.model)},
		},
		AccessKey: awsapi.AccessKey{ID: r.state.AccessKey().ID, Secret: string(r.state.AccessKey().Secret)},
		Log:       r.cfg.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("serving AWS's APIs: %w", err)
	}
	return byAddress(handler), nil
}

// identityIn is the user that every request comes from.
func (r *Runtime) identityIn(model *assembly.Model) sts.Identity {
	return sts.Identity{
		AccountID: model.AccountID,
		ARN:       "arn:aws:iam::" + model.AccountID + ":user/m2m-" + r.cfg.Env,
		UserID:    "AIDAM2MLOCALRUN000000",
	}
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
