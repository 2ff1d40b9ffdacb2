package httpapi

import "cognito-m2m/internal/partition"

// Host is where AWS serves an API without a custom domain:
// "ID.execute-api.eu-west-1.amazonaws.com".
func Host(apiID, region string) string {
	return apiID + ".execute-api." + region + "." + partition.URLSuffix(region)
}
